"""A claim record as lines for a terminal: figure, source, reading, verdicts with their arithmetic."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from compendium.display.links import locator
from compendium.reconciliation.verdicts import IN_CONFLICT

ClaimRecord = dict[str, Any]
INDENT = 16
"""Columns reserved for the labels of lines."""
MIN_WIDTH = 40
"""Least width assumed for a terminal, in columns."""


def card_lines(
    record: ClaimRecord, width: int, style: Callable[[str, str], str] = lambda text, verdict: text
) -> Iterator[str]:
    """Yield the card of a claim, wrapped to the width of a terminal; empty parts are left out.

    Parameters
    ----------
    style
        a function of a line and a verdict that returns the line in the colour of the verdict.
    """
    width = max(width, MIN_WIDTH)
    yield from _wrapped("", f"{record['figure']} · {record['metric']}", width, 0)
    yield from _wrapped("", record["claim_id"], width, 0)
    yield ""
    for name, text, verdict in _parts(record):
        if text:
            for number, line in enumerate(_wrapped(name, text, width)):
                yield style(line, verdict) if verdict and not number else line


CardLine = tuple[str, str, str]
"""Label, text, and the verdict that colours the line (empty for none)."""


def _parts(one: ClaimRecord) -> Iterator[CardLine]:
    status = "" if one["obs_status"] == "normal" else f"; {one['obs_status']}"
    if one["rank"] == "deprecated":
        yield "Withdrawn", one["rank_reason"], "withdrawn"
    yield "Says", f"{one['measures']}; {one['when']}{status}. {one['summary']}", ""
    yield "Printed by", f"{one['author']}, “{one['source_title']}”, {locator(one)}; written {one['said']}", ""
    yield "Credits", f"{one['origin'] or 'nobody'}{_citation(one['cited'])}", ""
    yield "Reliability", f"{one['reliability']}: {one['reliability_reason']}", ""
    yield "Read as", f"{one['read_as']}{_reading(one)}", ""
    yield "Measures", one["definition"], ""
    yield "Open", one["note"], ""
    yield from _among(one["reconciled"])
    for own in one["rivals"]:
        yield "Also printed", f"{own['figure']}, by {own['author']}: {own['together']} ({own['claim_id']})", ""
    yield from _beside(one["checked"])
    for said in one["corrections"]:
        yield "Corrected", said, ""


def _citation(cited: Mapping[str, Any] | None) -> str:
    if not cited:
        return ""
    title = f" “{cited['title']}”" if cited["title"] else ""
    address = f", {cited['address']}" if cited["address"] else ""
    return f"; citation {cited['as_printed']}{title} ({cited['about']}){address}"


def _reading(one: ClaimRecord) -> str:
    """Return the rule by which a figure is read, and its exact interval."""
    from compendium.values.intervals import HEDGE_RULES

    left, right = one["ends"]
    exact = f"{left}{one['low'] or '…'}, {one['high'] or '…'}{right} {one['unit']}"
    if one["bounds_reason"]:
        return f"; exactly {exact}, since {one['bounds_reason']}"
    if one["measure"] == "direction":
        return f"; exactly {exact}, since only a direction is printed"
    if not one["hedge"] and (left, right) == ("[", "]"):  # half a unit on each side would leave the upper end open
        what = "count or rank" if one["low"] == one["high"] else "range"
        return f"; exactly {exact}: a bare {what} is read as it stands"
    rule = next(rule for rule in HEDGE_RULES if one["hedge"] in rule.words)
    said = f"“{one['hedge']}” is read" if one["hedge"] else "a bare figure is read"
    return f"; exactly {exact}: {said} {rule.description}"


def _among(found: Mapping[str, Any]) -> Iterator[CardLine]:
    rule = f" ({found['rule']})" if found["rule"] not in ("", "none") else ""
    yield "Among claims", f"{found['verdict']}{rule}", found["verdict"]
    yield "", found["explanation"], ""
    # One that others fail against has a part in a conflict, and is not in conflict: two words, as on its page.
    part = "Conflict" if found["verdict"] == IN_CONFLICT else "Bears on"
    for own in found["conflicts"]:
        yield part, f"{own['title']} ({own['name']})", ""


def _beside(found: Mapping[str, Any]) -> Iterator[CardLine]:
    reason = f" ({found['reason']})" if found["reason"] else ""
    yield "Independent", f"{found['verdict']}{reason}", found["verdict"]
    for own in found["held"]:
        yield "", f"{own['told']} ({', '.join(own['observations'])})", ""


def _wrapped(name: str, text: str, width: int, indent: int = INDENT) -> list[str]:
    """Return a text as wrapped lines, indented by the width of the label before the first."""
    return textwrap.wrap(
        escape_control_characters(text),
        width,
        initial_indent=name.ljust(indent),
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
    )


def escape_control_characters(text: str) -> str:
    """Return a text with control and direction characters escaped, so that a terminal prints them literally."""
    hidden = (char for char in set(text) if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp", "Cs"))
    return text.translate({ord(char): char.encode("unicode_escape").decode() for char in hidden})
