"""Cards of conflicts: the claims with their places, the arithmetic, what would have to be dropped, why it remains.

A conflict has the same card on every page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from IPython.display import HTML
from markupsafe import Markup

from compendium.analysis.conflicts import ASSERTED_AND_DENIED, REFERENCE, TIME, Inconsistency, InconsistencyGroup
from compendium.display.links import link, locator, stance_badge
from compendium.display.tables.claims import describe_claim_quantity
from compendium.ledger.claims import author_names, read_claims
from compendium.ledger.loader import Ledger
from compendium.values.periods import format_period

NO_CONFLICTS = "Nothing on this page is part of a conflict that the engine finds."
NOT_REVIEWED = "Found by the engine; nobody has looked at it yet."
CARD_HTML = Markup(
    '<article class="conflict"{id}><h3>{title}</h3><ul>{rows}</ul><p class="arithmetic">{told}</p>'
    "<p><strong>What would have to give.</strong> {give}</p>"
    "<p><strong>Why it stands.</strong> {why}</p>{more}</article>"
)
ROW_HTML = Markup("<strong>{}</strong> {}<small>{}</small>")
MORE_HTML = Markup(
    "<details><summary>The same follows from {count} more {sets} of claims</summary><ol>{rows}</ol></details>"
)


def conflict_cards(groups: Sequence[InconsistencyGroup], ledger: Ledger, *, is_permanent_place: bool = False) -> HTML:
    """Return groups of inconsistencies as cards, in the order given.

    Parameters
    ----------
    groups
        as `compendium.analysis.conflicts.group_inconsistencies` or `touching` return them.
    is_permanent_place
        whether this page is the permanent place of the cards: they then have ids, while on other pages their titles
        link to the permanent place.
    """
    if not groups:
        return HTML(Markup("<p>{}</p>").format(NO_CONFLICTS))
    rows = _rows(ledger)
    return HTML(Markup("\n").join(_card(family, rows, is_permanent_place) for family in groups))


RowRenderer = Callable[[Inconsistency], Markup]


def _card(family: InconsistencyGroup, rows: RowRenderer, home: bool) -> Markup:
    first, *others = family.members
    tension = family.tension
    give, why = (tension.would_give, tension.reason) if tension else (NOT_REVIEWED, NOT_REVIEWED)
    more = Markup("")
    if others:
        items = (Markup("<li><ul>{}</ul></li>").format(rows(other)) for other in others)
        more = MORE_HTML.format(
            count=len(others), sets="sets" if len(others) > 1 else "set", rows=Markup("").join(items)
        )
    title = family.title if home else link("conflict", family.name, family.title)
    return CARD_HTML.format(
        id=Markup(' id="{}"').format(family.name) if home else "", title=title, rows=rows(first),
        told=first.explanation, give=give, why=why, more=more,
    )  # fmt: skip


def _rows(ledger: Ledger) -> RowRenderer:
    """Return a function that renders the rows of an inconsistency, each with its place in its source."""
    names = author_names(ledger["sources"]).to_dict()
    claims = read_claims(ledger).set_index("claim_id", drop=False)
    tables = {name: ledger[name].set_index(ledger[name].columns[0], drop=False) for name in ("mentions", "citations")}
    who = partial(_who, names=names)

    def of_claims(finding: Inconsistency) -> Iterator[Markup]:
        for row in claims.loc[list(finding.items)].to_dict("records"):
            figure = link("claim", row["claim_id"], row["figure"])
            what = "; ".join(part for part in (describe_claim_quantity(row), format_period(row["period"])) if part)
            yield ROW_HTML.format(figure, what, who(row))

    def of_mentions(finding: Inconsistency) -> Iterator[Markup]:
        for row in tables["mentions"].loc[list(finding.items)].to_dict("records"):
            event = link("event", row["event_id"], ledger.row("events", row["event_id"])["name"])
            yield ROW_HTML.format(event, row["says"], who(row))

    def of_stances(finding: Inconsistency) -> Iterator[Markup]:
        stances, (proposition, source) = ledger["stances"], finding.items
        own = stances[(stances["proposition_id"] == proposition) & (stances["source_id"] == source)]
        for row in own.sort_values("paragraph").to_dict("records"):
            stance = stance_badge(row["stance"])
            yield Markup("{} {}<small>{}</small>").format(stance, row["says"], who(row))

    def of_citations(finding: Inconsistency) -> Iterator[Markup]:
        for row in tables["citations"].loc[list(finding.items)].to_dict("records"):
            entry = ledger.row("citations", row["entry_id"])
            yield ROW_HTML.format(row["as_printed"], f"for {row['cited_for']}", who(row))
            yield ROW_HTML.format(entry["as_printed"], entry["title"], who(entry))

    def show(finding: Inconsistency) -> Markup:
        kinds = {TIME: of_mentions, REFERENCE: of_citations}
        kind = of_stances if finding.rule == ASSERTED_AND_DENIED else kinds.get(finding.kind, of_claims)
        return Markup("").join(Markup("<li>{}</li>").format(row) for row in kind(finding))

    return show


def _who(row: dict, *, names: dict[str, str]) -> Markup:
    return Markup("{} {}").format(link("source", row["source_id"], names[row["source_id"]]), locator(row))
