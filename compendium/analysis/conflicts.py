"""Everything in a ledger that cannot all be true, of whatever kind, and whether a person has looked at it.

Conflicts of numbers and of logic come from reconciliation and from stances, those of time from dates, those of
reference from the audit of citations. A row of `tensions` accepts a conflict with a reason; it fails once the
conflict is gone. Nothing is decided here: whoever reads has both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
from compendium.ledger.claims import author_names, format_figure, read_claims
from compendium.ledger.loader import Ledger
from compendium.ledger.schema import SEPARATOR
from compendium.project.problems import Problem, describe_choices
from compendium.reconciliation.components import Conflict
from compendium.reconciliation.constraints import LOGICAL_KINDS
from compendium.reconciliation.reconcile import constraints_from_ledger, find_conflicts
from compendium.values.periods import format_period

NUMBERS, TIME, LOGIC, REFERENCE = "numbers", "time", "logic", "reference"
KINDS = (NUMBERS, TIME, LOGIC, REFERENCE)
ASSERTED_AND_DENIED = "asserted and denied"


@dataclass(frozen=True)
class Inconsistency:
    """Rows of the ledger that cannot all be true: which, by what rule, and why, in a sentence."""

    kind: str
    rule: str
    items: tuple[str, ...]
    explanation: str
    subjects: frozenset[str] = field(default_factory=frozenset)
    """The metrics, events, propositions and chapters that it touches."""


@dataclass(frozen=True)
class InconsistencyGroup:
    """Findings that a person has accepted for one reason, the shortest first; or one that nobody has looked at."""

    tension: Mapping[str, Any] | None
    members: tuple[Inconsistency, ...]

    @property
    def name(self) -> str:
        """Return a permanent name: that of the tension, or the rows that it is about."""
        return self.tension["tension_id"] if self.tension else "+".join(self.members[0].items)

    @property
    def title(self) -> str:
        """Return what it is called: by the tension, or by its rule."""
        return self.tension["title"] if self.tension else self.members[0].rule.capitalize()

    @property
    def kind(self) -> str:
        """Return of what kind it is."""
        return self.members[0].kind

    @property
    def subjects(self) -> frozenset[str]:
        """Return what any of its findings touches."""
        return frozenset().union(*(finding.subjects for finding in self.members))


def find_inconsistencies(ledger: Ledger, conflicts: Sequence[Conflict] | None = None) -> list[Inconsistency]:
    """Return everything in a ledger that cannot all be true.

    Parameters
    ----------
    conflicts
        what `compendium.reconciliation.reconcile` found; looked for where left out.
    """
    known = find_conflicts(ledger) if conflicts is None else conflicts
    return [*_of_numbers(ledger, known), *_of_time(ledger), *_of_stances(ledger), *_of_references(ledger)]


def group_inconsistencies(
    ledger: Ledger, inconsistencies: Iterable[Inconsistency] | None = None
) -> list[InconsistencyGroup]:
    """Return the findings grouped by the tension that accepts them, those without one each for itself."""
    left = list(find_inconsistencies(ledger) if inconsistencies is None else inconsistencies)
    grouped = []
    for tension in ledger["tensions"].to_dict("records"):
        own = [finding for finding in left if _covers(tension, finding)]
        left = [finding for finding in left if finding not in own]
        if own:
            grouped.append(
                InconsistencyGroup(tension, tuple(sorted(own, key=lambda finding: (len(finding.items), finding.items))))
            )
    grouped += [InconsistencyGroup(None, (finding,)) for finding in left]
    return sorted(grouped, key=lambda family: KINDS.index(family.kind))


def filter_by_subject(groups: Iterable[InconsistencyGroup], subjects: Iterable[str]) -> list[InconsistencyGroup]:
    """Return the families that touch any of some metrics, events, propositions or chapters."""
    wanted = set(subjects)
    return [family for family in groups if family.subjects & wanted]


def check_tensions(ledger: Ledger) -> Iterator[Problem]:
    """Yield a problem for every tension whose conflict is no longer there, or whose items nobody knows."""
    path = ledger.schema["tensions"].path
    tensions = ledger["tensions"].to_dict("records")
    if not tensions:
        return
    known = find_inconsistencies(ledger)
    ids = {item for finding in known for item in finding.items}
    rules = {rule for finding in known for rule in finding.rule.split(SEPARATOR)}
    for line, tension in enumerate(tensions, 2):
        for item in tension["items"].split(SEPARATOR):
            if item not in ids:
                right = describe_choices(ids, item) if ids else "there is none"
                yield Problem(path, line, "items", item, f"rows of a conflict: {right}")
        if not any(_covers(tension, finding) for finding in known):
            near = describe_choices(rules, tension["expect"]) if rules else "there is none"
            yield Problem(path, line, "expect", tension["expect"], f"the rule of a conflict of these items: {near}")


def _covers(tension: Mapping[str, Any], finding: Inconsistency) -> bool:
    """Tell whether a tension accepts a finding: all its items take part, and the rule it expects is among the rules."""
    rules = finding.rule.split(SEPARATOR)
    return set(tension["items"].split(SEPARATOR)) <= set(finding.items) and tension["expect"] in rules


def _of_numbers(ledger: Ledger, conflicts: Sequence[Conflict]) -> Iterator[Inconsistency]:
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
    chapter = dict(zip(ledger.frames["events"]["event_id"], ledger.frames["events"]["chapter"], strict=True))
    for clash in find_date_conflicts(ledger):
        subjects = frozenset({*clash.events, *(chapter[event] for event in clash.events)})
        yield Inconsistency(TIME, clash.rule, clash.mentions, clash.explanation, subjects)


def _of_stances(ledger: Ledger) -> Iterator[Inconsistency]:
    """Yield the statements that one source both makes and denies."""
    names = author_names(ledger.frames["sources"])
    propositions = ledger["propositions"].set_index("proposition_id")
    for (proposition, source), own in ledger["stances"].groupby(["proposition_id", "source_id"], sort=False):
        places = {stance: sorted(rows["paragraph"]) for stance, rows in own.groupby("stance")}
        if {"asserts", "denies"} <= places.keys():
            statement, chapter = propositions.loc[proposition, ["statement", "chapter"]]
            told = " and ".join(
                f"{stance} in ¶ {', '.join(map(str, places[stance]))}" for stance in ("denies", "asserts")
            )
            explanation = f"{names[source]} {told} the statement “{statement.rstrip('.')}”."
            yield Inconsistency(
                LOGIC, ASSERTED_AND_DENIED, (proposition, source), explanation, frozenset({proposition, chapter})
            )


def _of_references(ledger: Ledger) -> Iterator[Inconsistency]:
    """Yield the references that are about something else than the sentence they stand under."""
    claims = read_claims(ledger).set_index("claim_id", drop=False)
    beside = compare_with_titles(claims, ledger["citations"])
    for row in audit_citations(ledger["citations"]).to_dict("records"):
        if row["finding"] == OFF_TOPIC_REFERENCE:
            own = claims[claims["citation_id"] == row["citation_id"]]
            silent = (SAME_FIGURE, ANOTHER_SUBJECT)  # of another subject, figures side by side say nothing
            pairs = beside[(beside["citation_id"] == row["citation_id"]) & ~beside["verdict"].isin(silent)]
            told = [str(row["detail"]), *(_compared_figures(pair, claims) for pair in pairs.to_dict("records"))]
            subjects = frozenset({*own["metric_id"], *own["chapter"]})
            yield Inconsistency(REFERENCE, OFF_TOPIC_REFERENCE, (row["citation_id"],), " ".join(told), subjects)


DIFFERENCE_PHRASES = {
    ANOTHER_PERIOD: "for another period",
    ANOTHER_MEASURE: "measured in another way",
}


def _compared_figures(pair: Mapping[str, str], claims: Any) -> str:
    claim, title = claims.loc[pair["claim_id"]], claims.loc[pair["title_claim_id"]]
    how = DIFFERENCE_PHRASES.get(pair["verdict"], "of the same thing")
    return f"The title carries {_figure_with_period(title)}, {how}; the sentence prints {_figure_with_period(claim)}."


def _figure_with_period(claim: Mapping[str, Any]) -> str:
    when = format_period(claim["period"])
    return f"{format_figure(claim)} ({when})" if when else format_figure(claim)
