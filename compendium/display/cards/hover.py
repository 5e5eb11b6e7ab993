"""Hover cards: a few lines of HTML for a claim, event, source, observation, conflict, citation or key finding.

The page that is the permanent place of a kind of row makes the cards of these rows, and its notebook stores them;
`compendium.builder.sphinx_ext.card_embedding` embeds them, hidden, in every page that links to one of the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from IPython.display import HTML
from markupsafe import Markup

from compendium.analysis.conflicts import InconsistencyGroup
from compendium.analysis.corroboration import corroborate_dates
from compendium.analysis.explanations import Names, format_range
from compendium.display.claim_records import ClaimRecord
from compendium.display.links import link, locator, verdict_badge
from compendium.display.mime_types import CARDS, Cards
from compendium.display.outputs import RichOutput
from compendium.display.tables.analysis import (
    SYMMETRY_ASSUMPTION,
    claim_links,
    format_key_finding_range,
    quantity_id,
    unprinted_bounds,
)
from compendium.display.tables.observations import QUALITY_LABELS, describe_measure, describe_publisher, describe_time
from compendium.ledger.claims import author_names, read_claims
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import split_into_series
from compendium.reconciliation.reconcile import Reconciliation
from compendium.reconciliation.verdicts import DIFFERS, IN_CONFLICT
from compendium.values.formatting import format_signed
from compendium.values.periods import format_event_time, format_period

HEAD_HTML = Markup("<p><strong>{}</strong>{}</p>")
LINE_HTML = Markup("<p>{}</p>")
MORE_HTML = Markup('<p class="on-screen"><a href="../claim/{}.html">All about this claim</a></p>')
"""Hidden in print, which has no page of a claim."""


def card_html(title: str, subtitle: str, lines: Iterable[str]) -> str:
    """Return the HTML of a card: title, subtitle, then its lines; empty ones are left out."""
    below = (LINE_HTML.format(line) for line in lines if line)
    return HEAD_HTML.format(title, Markup(" {}").format(subtitle) if subtitle else "") + Markup("").join(below)


def _named(text: str, line: str) -> Markup:
    return Markup("<small>{}</small> {}").format(text, line)


def claim_hover_cards(claim_records: Mapping[str, ClaimRecord]) -> Cards:
    """Return the cards of claims: figure, interval, meaning, who and when, both verdicts, rivals."""
    return {name: {"text": one["figure"], "card": _claim(one)} for name, one in claim_records.items()}


def _claim(one: ClaimRecord) -> str:
    source = link("source", one["source_id"], one["author"])
    status = "" if one["obs_status"] == "normal" else f", {one['obs_status']}"
    return card_html(
        one["figure"],
        f"read as {one['read_as']}",
        [
            f"{one['measures']}; {one['when']}{status}",
            Markup("{} ({}), {}; credits {}. Reliability {}.").format(
                source, one["said"], locator(one), one["origin"] or "nobody", one["reliability"]
            ),
            _among(one["reconciled"]),
            _beside(one["checked"]),
            _rivals(one["rivals"]),
            _named("Withdrawn:", one["rank_reason"]) if one["rank_reason"] else "",
            *(_named("Corrected:", said) for said in one["corrections"]),
        ],
    ) + MORE_HTML.format(one["claim_id"])


def _among(found: ClaimRecord) -> Markup:
    """Return the verdict of reconciliation with the rule applied, and the conflicts of a claim in conflict."""
    rule = f"({found['rule']})" if found["rule"] not in ("", "none") else found["explanation"]
    titles = Markup("; ").join(link("conflict", own["name"], own["title"]) for own in found["conflicts"])
    by = Markup("{}: {}").format(rule, titles) if found["verdict"] == IN_CONFLICT and titles else rule
    return _named("Among the claims:", Markup("{} {}").format(verdict_badge(found["verdict"]), by))


def _beside(found: ClaimRecord) -> Markup:
    """Return the verdict of corroboration, the reason, and the first comparison with this verdict."""
    reason = f" ({found['reason']})" if found["reason"] else ""
    first = next((held for held in found["held"] if held["verdict"] == found["verdict"]), None)
    said = "" if first is None else f". {first['given']}: {first['of']}." if reason else f". {first['told']}"
    others = len(found["held"]) - 1
    more = f" And {others} more." if others > 0 else ""
    return _named(
        "Independent figures:", Markup("{}{}{}{}").format(verdict_badge(found["verdict"]), reason, said, more)
    )


def _rivals(rivals: Iterable[ClaimRecord]) -> Markup | str:
    """Return the other figures printed for the same quantity, with author and whether both can be true."""
    parts = [
        Markup("{} ({}; {})").format(
            link("claim", own["claim_id"], own["figure"]), own["author"], own["together"],
        )
        for own in rivals
    ]  # fmt: skip
    return _named("Also printed:", Markup("; ").join(parts)) if parts else ""


def event_hover_cards(
    events: pd.DataFrame, mentions: pd.DataFrame, sources: pd.DataFrame, record_dates: Mapping[str, str] | None = None
) -> Cards:
    """Return the cards of events: date, kind of act, and the first mentions.

    Parameters
    ----------
    record_dates
        by event id, a sentence on an independent record of its date (`differing_record_dates`).
    """
    record_dates = record_dates or {}
    names, grouped = author_names(sources), dict(iter(mentions.groupby("event_id")))
    made: Cards = {}
    for row in events.to_dict("records"):
        own = grouped[row["event_id"]].to_dict("records") if row["event_id"] in grouped else []
        own.sort(key=lambda one: not one["date"])  # first those that date it
        says = [_named(f"{names[one['source_id']]} ¶ {one['paragraph']}:", one["says"]) for one in own[:MAX_MENTIONS]]
        more = f"… and in {len(own) - MAX_MENTIONS} more places" if len(own) > MAX_MENTIONS else ""
        kind = f"{row['code_name']}, {format_signed(row['goldstein'])} on Goldstein's scale" if row["code_name"] else ""
        when = format_event_time(row["date"], inferred=row["date_basis"] != "stated") or "at an unknown date"
        lines = [kind, record_dates.get(row["event_id"], ""), *says, more]
        made[row["event_id"]] = {"text": when, "card": card_html(row["name"], when, lines)}
    return made


def differing_record_dates(ledger: Ledger) -> dict[str, str]:
    """Return, by event id, a sentence with the date of an independent record, where it differs from the sources."""
    records = ledger["records"].set_index("record_id")
    found = corroborate_dates(ledger)
    return {
        row["event_id"]: "An independent record has "
        f"{format_period(row['recorded'])} ({records.loc[row['record_id'], 'publisher']})."
        for row in found[found["verdict"] == DIFFERS].to_dict("records")
    }


MAX_MENTIONS = 3
"""Mentions shown on a card."""


def source_hover_cards(sources: pd.DataFrame, claim_counts: Mapping[str, int]) -> Cards:
    """Return the cards of sources: title, kind, date, reliability with its reason, number of claims."""
    names = author_names(sources)
    made: Cards = {}
    for row in sources.to_dict("records"):
        text = f"{names[row['source_id']]} ({row['written'][:4]})"
        lines = [
            f"{row['kind'].capitalize()}; {format_period(row['written'])} ({row['written_basis']})",
            f"Reliability {row['reliability']}: {row['reliability_reason']}",
            Markup('<a href="../source/{}.html">All it claims</a> ({})').format(
                row["source_id"], f"{claim_counts.get(row['source_id'], 0)} figures"
            ),
        ]
        made[row["source_id"]] = {"text": text, "card": card_html(names[row["source_id"]], row["title"], lines)}
    return made


def observation_hover_cards(
    observations: pd.DataFrame, names: Names, corrections: Mapping[str, Iterable[str]] | None = None
) -> Cards:
    """Return the cards of observations: quantity, period, publisher, quality class.

    Parameters
    ----------
    corrections
        by observation id, its corrections in words (`compendium.ledger.corrections.corrections_by_row`).
    """
    corrections = corrections or {}
    made: Cards = {}
    for group in split_into_series(observations):
        for row in group.to_dict("records"):
            what = ", ".join(
                filter(
                    None, [names.metrics[row["metric_id"]]["name"], names.format_row_areas(row), describe_measure(row)]
                )
            )
            status = "" if row["obs_status"] == "normal" else f"; {row['obs_status']}"
            lines = [
                "; ".join(filter(None, [what, describe_time(row)])) + status,
                f"{describe_publisher(row).rstrip(',')} ({QUALITY_LABELS[row['quality']]})",
                row["note"],
                *(_named("Corrected:", said) for said in corrections.get(row["observation_id"], ())),
            ]
            made[row["observation_id"]] = {"text": row["figure"], "card": card_html(row["figure"], "", lines)}
    return made


def conflict_hover_cards(groups: Iterable[InconsistencyGroup]) -> Cards:
    """Return the cards of conflicts: the arithmetic of the first set of claims."""
    return {
        one.name: {"text": one.title, "card": card_html(one.title, "", [one.members[0].explanation])} for one in groups
    }


def citation_hover_cards(citations: pd.DataFrame, sources: pd.DataFrame) -> Cards:
    """Return the cards of citations and entries: as printed, title, what it is cited for, whether it fits."""
    names, by_id = author_names(sources), citations.set_index("citation_id", drop=False)
    made: Cards = {}
    for row in citations.to_dict("records"):
        entry = by_id.loc[row["entry_id"]] if row["entry_id"] else row
        about = f"{row['about'].capitalize()}: {row['about_reason']}" if row["about"] else ""
        lines = [
            entry["title"],
            f"{entry['as_printed']}" if row["entry_id"] else "",
            f"{names[row['source_id']]}, {locator(row)}",
            f"Cited for: {row['cited_for']}" if row["cited_for"] else "",
            about.rstrip(": "),
        ]
        made[row["citation_id"]] = {"text": row["as_printed"], "card": card_html(row["as_printed"], "", lines)}
    return made


def key_finding_hover_cards(sensitivity_frame: pd.DataFrame, ledger: Ledger) -> Cards:
    """Return the cards of key findings: interval from all sources together, verdict, claims that it follows from.

    Takes what `compendium.analysis.sensitivity.sensitivity` returns.
    """
    names, claims = Names.from_ledger(ledger), read_claims(ledger).set_index("claim_id", drop=False)
    whole = sensitivity_frame[sensitivity_frame["without"] == ""].set_index("headline_id")
    made: Cards = {}
    for headline in ledger["headlines"].to_dict("records"):
        own = whole.loc[headline["headline_id"]]
        text = format_key_finding_range(headline, own["interval"], names)
        rests_on = claim_links((claims.loc[name] for name in own["claims"]), names, template="{}: {}. ")
        lines = [f"{headline['statement']} {own['verdict'].capitalize()}.", _named("From", rests_on), _open(own)]
        made[headline["headline_id"]] = {
            "text": text,
            "card": card_html(text, "computed from all claims together", lines),
        }
    return made


def _open(own: Mapping[str, Any]) -> str:
    return f"{SYMMETRY_ASSUMPTION.capitalize()}." if own["assumed"] else ""


def implied_hover_cards(reconciliation: Reconciliation, names: Names) -> Cards:
    """Return the cards of implied quantities: bounds, quantity, claims that they follow from."""
    made: Cards = {}
    for quantity, held in unprinted_bounds(reconciliation).items():
        metric = names.metrics[quantity.metric_id]
        text = format_range(held.interval, metric["unit"])
        rests_on = claim_links((reconciliation.claims[name] for name in held.claims), names, template="{}: {}. ")
        what = ", ".join(filter(None, [metric["name"], names.format_areas(quantity), format_period(quantity.period)]))
        lines = [what, _named("From", rests_on), _open({"assumed": held.assumed})]
        shown = card_html(text, "follows from the claims; nobody prints it", lines)
        made[quantity_id(quantity)] = {"text": text, "card": shown}
    return made


def with_cards(output: HTML, cards: Cards) -> RichOutput:
    """Return an output of a cell with the cards of its rows added as a form."""
    kept = output if isinstance(output, RichOutput) else RichOutput(str(output.data))
    return kept.add_form(CARDS, cards)
