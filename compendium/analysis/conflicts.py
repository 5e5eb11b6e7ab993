"""Inconsistencies of a ledger: in numbers, time, logic and references, grouped by the tension that accepts them.

Inconsistencies of numbers and logic come from reconciliation and from stances, those of time from dates, those of
references from the audit of citations. A row of `tensions` accepts some with a reason; it fails validation once they
are gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from compendium.analysis.citation_audit import OFF_TOPIC_REFERENCE, audit_citations
from compendium.analysis.date_conflicts import find_date_conflicts
from compendium.analysis.explanations import Names, conflict_rule, explain_conflict
from compendium.analysis.reference_check import (
    ANOTHER_MEASURE,
    ANOTHER_PERIOD,
    ANOTHER_SUBJECT,
    SAME_FIGURE,
    compare_with_titles,
)
from compendium.ledger.claims import author_names, read_claims
from compendium.ledger.loader import Ledger
from compendium.ledger.schema import SEPARATOR
from compendium.project.problems import Problem, describe_choices
from compendium.reconciliation.components import Conflict
from compendium.reconciliation.constraints import LOGICAL_KINDS
from compendium.reconciliation.reconcile import constraints_from_ledger, find_conflicts
from compendium.values.number_parsing import format_figure
from compendium.values.periods import format_period

NUMBERS, TIME, LOGIC, REFERENCE = "numbers", "time", "logic", "reference"
KINDS = (NUMBERS, TIME, LOGIC, REFERENCE)
ASSERTED_AND_DENIED = "asserted and denied"


@dataclass(frozen=True)
class Inconsistency:
    """Rows of the ledger that cannot all be true, with the rule that they break and an explanation."""

    kind: str
    """One of `KINDS`."""
    rule: str
    """The rules by which the rows meet, joined by the separator of lists."""
    items: tuple[str, ...]
    """The ids of the rows."""
    explanation: str
    subjects: frozenset[str] = field(default_factory=frozenset)
    """The metrics, events, propositions and chapters that it touches."""


@dataclass(frozen=True)
class Tension:
    """A row of the tensions: inconsistencies that a person has accepted, with a reason."""

    tension_id: str
    title: str
    items: tuple[str, ...]
    """The ids of rows that an accepted inconsistency must have."""
    expect: str
    """A rule that it must break."""
    would_give: str
    """Which of the rows would have to be wrong."""
    reason: str

    def covers(self, inconsistency: Inconsistency) -> bool:
        """Return whether it accepts an inconsistency: that has all items and breaks the expected rule."""
        return set(self.items).issubset(inconsistency.items) and self.expect in inconsistency.rule.split(SEPARATOR)


def _tensions(ledger: Ledger) -> list[Tension]:
    names = [one.name for one in fields(Tension)]
    rows = ({name: row[name] for name in names} for row in ledger["tensions"].to_dict("records"))
    return [Tension(**row | {"items": tuple(row["items"].split(SEPARATOR))}) for row in rows]


@dataclass(frozen=True)
class InconsistencyGroup:
    """Inconsistencies that one tension accepts, the shortest first; or a single one without a tension."""

    tension: Tension | None
    members: tuple[Inconsistency, ...]

    @property
    def name(self) -> str:
        """Return a permanent name: the id of the tension, or the ids of the rows."""
        return self.tension.tension_id if self.tension else "+".join(self.members[0].items)

    @property
    def title(self) -> str:
        """Return the title of the tension, or the rule."""
        return self.tension.title if self.tension else self.members[0].rule.capitalize()

    @property
    def kind(self) -> str:
        """Return the kind of the first member."""
        return self.members[0].kind

    @property
    def subjects(self) -> frozenset[str]:
        """Return what any of its members touches."""
        return frozenset().union(*(inconsistency.subjects for inconsistency in self.members))


def find_inconsistencies(ledger: Ledger, conflicts: Sequence[Conflict] | None = None) -> list[Inconsistency]:
    """Return every inconsistency of a ledger.

    Parameters
    ----------
    conflicts
        the minimal conflicts of `compendium.reconciliation.reconcile`; computed where left out.
    """
    known = find_conflicts(ledger) if conflicts is None else conflicts
    return [*_of_numbers(ledger, known), *_of_time(ledger), *_of_stances(ledger), *_of_references(ledger)]


def group_inconsistencies(
    ledger: Ledger, inconsistencies: Iterable[Inconsistency] | None = None
) -> list[InconsistencyGroup]:
    """Return the inconsistencies grouped by the tension that accepts them, each other one in a group of its own."""
    left = list(find_inconsistencies(ledger) if inconsistencies is None else inconsistencies)
    grouped = []
    for tension in _tensions(ledger):
        own = [inconsistency for inconsistency in left if tension.covers(inconsistency)]
        left = [inconsistency for inconsistency in left if inconsistency not in own]
        if own:
            members = sorted(own, key=lambda inconsistency: (len(inconsistency.items), inconsistency.items))
            grouped.append(InconsistencyGroup(tension, tuple(members)))
    grouped += [InconsistencyGroup(None, (inconsistency,)) for inconsistency in left]
    return sorted(grouped, key=lambda group: KINDS.index(group.kind))


def filter_by_subject(groups: Iterable[InconsistencyGroup], subjects: Iterable[str]) -> list[InconsistencyGroup]:
    """Return the groups that touch any of some metrics, events, propositions or chapters."""
    wanted = set(subjects)
    return [group for group in groups if group.subjects & wanted]


def check_tensions(ledger: Ledger) -> Iterator[Problem]:
    """Yield a problem for every tension without an inconsistency, and for every item in none."""
    path = ledger.schema["tensions"].path
    tensions = _tensions(ledger)
    if not tensions:
        return
    known = find_inconsistencies(ledger)
    ids = {item for inconsistency in known for item in inconsistency.items}
    rules = {rule for inconsistency in known for rule in inconsistency.rule.split(SEPARATOR)}
    for line, tension in enumerate(tensions, 2):
        for item in tension.items:
            if item not in ids:
                right = describe_choices(ids, item) if ids else "there is none"
                yield Problem(path, line, "items", item, f"rows of a conflict: {right}")
        if not any(tension.covers(inconsistency) for inconsistency in known):
            near = describe_choices(rules, tension.expect) if rules else "there is none"
            yield Problem(path, line, "expect", tension.expect, f"the rule of a conflict of these items: {near}")


def _of_numbers(ledger: Ledger, conflicts: Sequence[Conflict]) -> Iterator[Inconsistency]:
    """Yield an inconsistency for every conflict of claims without an assumed identity."""
    if not conflicts:
        return
    names = Names.from_ledger(ledger)
    claims = constraints_from_ledger(ledger).claims
    for conflict in conflicts:
        if not conflict.assumed:
            rule = conflict_rule(conflict)
            kind = LOGIC if LOGICAL_KINDS.intersection(rule.split(SEPARATOR)) else NUMBERS
            metrics = {claims[name]["metric_id"] for name in conflict.claims}
            chapters = {names.metrics[metric]["chapter"] for metric in metrics}
            explanation = explain_conflict(conflict, claims, names)
            yield Inconsistency(kind, rule, conflict.claims, explanation, frozenset(metrics | chapters))


def _of_time(ledger: Ledger) -> Iterator[Inconsistency]:
    """Yield an inconsistency for every conflict of dates."""
    chapter = dict(zip(ledger.frames["events"]["event_id"], ledger.frames["events"]["chapter"], strict=True))
    for conflict in find_date_conflicts(ledger):
        subjects = frozenset({*conflict.events, *(chapter[event] for event in conflict.events)})
        yield Inconsistency(TIME, conflict.rule, conflict.mentions, conflict.explanation, subjects)


def _of_stances(ledger: Ledger) -> Iterator[Inconsistency]:
    """Yield the propositions that one source both asserts and denies."""
    names = author_names(ledger.frames["sources"])
    propositions = ledger["propositions"].set_index("proposition_id")
    for (proposition, source), own in ledger["stances"].groupby(["proposition_id", "source_id"], sort=False):
        places = {stance: sorted(rows["paragraph"]) for stance, rows in own.groupby("stance")}
        if {"asserts", "denies"} <= places.keys():
            statement, chapter = propositions.loc[proposition, ["statement", "chapter"]]
            stated = " and ".join(
                f"{stance} in ¶ {', '.join(map(str, places[stance]))}" for stance in ("denies", "asserts")
            )
            explanation = f"{names[source]} {stated} the statement “{statement.rstrip('.')}”."
            yield Inconsistency(
                LOGIC, ASSERTED_AND_DENIED, (proposition, source), explanation, frozenset({proposition, chapter})
            )


def _of_references(ledger: Ledger) -> Iterator[Inconsistency]:
    """Yield the references that are about something else than the sentence that cites them."""
    claims = read_claims(ledger).set_index("claim_id", drop=False)
    compared = compare_with_titles(claims, ledger["citations"])
    for row in audit_citations(ledger["citations"]).to_dict("records"):
        if row["finding"] == OFF_TOPIC_REFERENCE:
            own = claims[claims["citation_id"] == row["citation_id"]]
            silent = (SAME_FIGURE, ANOTHER_SUBJECT)  # figures on another subject say nothing
            pairs = compared[(compared["citation_id"] == row["citation_id"]) & ~compared["verdict"].isin(silent)]
            parts = [str(row["detail"]), *(_compared_figures(pair, claims) for pair in pairs.to_dict("records"))]
            subjects = frozenset({*own["metric_id"], *own["chapter"]})
            yield Inconsistency(REFERENCE, OFF_TOPIC_REFERENCE, (row["citation_id"],), " ".join(parts), subjects)


DIFFERENCE_PHRASES = {
    ANOTHER_PERIOD: "for another period",
    ANOTHER_MEASURE: "measured in another way",
}


def _compared_figures(pair: Mapping[str, str], claims: Any) -> str:
    """Return a sentence that compares the figure of a title with that of the sentence that cites it."""
    claim, title = claims.loc[pair["claim_id"]], claims.loc[pair["title_claim_id"]]
    how = DIFFERENCE_PHRASES.get(pair["verdict"], "of the same thing")
    return f"The title carries {_figure_with_period(title)}, {how}; the sentence prints {_figure_with_period(claim)}."


def _figure_with_period(claim: Mapping[str, Any]) -> str:
    when = format_period(claim["period"])
    return f"{format_figure(claim)} ({when})" if when else format_figure(claim)
