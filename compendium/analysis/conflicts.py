"""Everything in a ledger that cannot all be true, of whatever kind, and whether a person has looked at it.

Conflicts of numbers and of logic come from reconciliation and from stances, those of time from dates, those of
reference from the audit of citations. A row of `tensions` accepts a conflict with a reason; it fails once the
conflict is gone. Nothing is decided here: whoever reads has both sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from compendium.analysis.citation_audit import ABOUT_ANOTHER, audit
from compendium.analysis.date_conflicts import clashes
from compendium.analysis.explanations import Names, explained, rule_of_conflict
from compendium.analysis.reference_check import ANOTHER_MEASURE, ANOTHER_PERIOD, ANOTHER_SUBJECT, SAME_FIGURE, carried
from compendium.ledger.claims import authors, figure, read_claims
from compendium.ledger.loader import Ledger
from compendium.ledger.schema import SEPARATOR
from compendium.project.problems import Problem, one_of
from compendium.reconciliation.components import Conflict
from compendium.reconciliation.constraints import OF_LOGIC
from compendium.reconciliation.reconcile import bound_by, find_conflicts
from compendium.values.periods import spoken

NUMBERS, TIME, LOGIC, REFERENCE = "numbers", "time", "logic", "reference"
KINDS = (NUMBERS, TIME, LOGIC, REFERENCE)
BOTH_WAYS = "asserted and denied"


@dataclass(frozen=True)
class Finding:
    """Rows of the ledger that cannot all be true: which, by what rule, and why, in a sentence."""

    kind: str
    rule: str
    items: tuple[str, ...]
    explanation: str
    subjects: frozenset[str] = field(default_factory=frozenset)
    """The metrics, events, propositions and chapters that it touches."""


@dataclass(frozen=True)
class Family:
    """Findings that a person has accepted for one reason, the shortest first; or one that nobody has looked at."""

    tension: Mapping[str, Any] | None
    findings: tuple[Finding, ...]

    @property
    def name(self) -> str:
        """Return a permanent name: that of the tension, or the rows that it is about."""
        return self.tension["tension_id"] if self.tension else "+".join(self.findings[0].items)

    @property
    def title(self) -> str:
        """Return what it is called: by the tension, or by its rule."""
        return self.tension["title"] if self.tension else self.findings[0].rule.capitalize()

    @property
    def kind(self) -> str:
        """Return of what kind it is."""
        return self.findings[0].kind

    @property
    def subjects(self) -> frozenset[str]:
        """Return what any of its findings touches."""
        return frozenset().union(*(finding.subjects for finding in self.findings))


def findings(ledger: Ledger, conflicts: Sequence[Conflict] | None = None) -> list[Finding]:
    """Return everything in a ledger that cannot all be true.

    Parameters
    ----------
    conflicts
        what `compendium.reconciliation.reconcile` found; looked for where left out.
    """
    known = find_conflicts(ledger) if conflicts is None else conflicts
    return [*_of_numbers(ledger, known), *_of_time(ledger), *_of_stances(ledger), *_of_references(ledger)]


def families(ledger: Ledger, found: Iterable[Finding] | None = None) -> list[Family]:
    """Return the findings grouped by the tension that accepts them, those without one each for itself."""
    left = list(findings(ledger) if found is None else found)
    grouped = []
    for tension in ledger["tensions"].to_dict("records"):
        own = [finding for finding in left if _covers(tension, finding)]
        left = [finding for finding in left if finding not in own]
        if own:
            grouped.append(Family(tension, tuple(sorted(own, key=lambda finding: (len(finding.items), finding.items)))))
    grouped += [Family(None, (finding,)) for finding in left]
    return sorted(grouped, key=lambda family: KINDS.index(family.kind))


def touching(known: Iterable[Family], subjects: Iterable[str]) -> list[Family]:
    """Return the families that touch any of some metrics, events, propositions or chapters."""
    wanted = set(subjects)
    return [family for family in known if family.subjects & wanted]


def gone(ledger: Ledger) -> Iterator[Problem]:
    """Yield a problem for every tension whose conflict is no longer there, or whose items nobody knows."""
    path = ledger.schema["tensions"].path
    tensions = ledger["tensions"].to_dict("records")
    if not tensions:
        return
    known = findings(ledger)
    ids = {item for finding in known for item in finding.items}
    rules = {rule for finding in known for rule in finding.rule.split(SEPARATOR)}
    for line, tension in enumerate(tensions, 2):
        for item in tension["items"].split(SEPARATOR):
            if item not in ids:
                right = one_of(ids, item) if ids else "there is none"
                yield Problem(path, line, "items", item, f"rows of a conflict: {right}")
        if not any(_covers(tension, finding) for finding in known):
            near = one_of(rules, tension["expect"]) if rules else "there is none"
            yield Problem(path, line, "expect", tension["expect"], f"the rule of a conflict of these items: {near}")


def _covers(tension: Mapping[str, Any], finding: Finding) -> bool:
    """Tell whether a tension accepts a finding: all its items take part, and the rule it expects is among the rules."""
    rules = finding.rule.split(SEPARATOR)
    return set(tension["items"].split(SEPARATOR)) <= set(finding.items) and tension["expect"] in rules


def _of_numbers(ledger: Ledger, conflicts: Sequence[Conflict]) -> Iterator[Finding]:
    if not conflicts:
        return
    names = Names.of(ledger)
    claims, _, _ = bound_by(ledger)
    for conflict in conflicts:
        if not conflict.assumed:
            rule = rule_of_conflict(conflict)
            kind = LOGIC if OF_LOGIC.intersection(rule.split(SEPARATOR)) else NUMBERS
            metrics = {claims[name]["metric_id"] for name in conflict.claims}
            chapters = {names.metrics[metric]["chapter"] for metric in metrics}
            explanation = explained(conflict, claims, names)
            yield Finding(kind, rule, conflict.claims, explanation, frozenset(metrics | chapters))


def _of_time(ledger: Ledger) -> Iterator[Finding]:
    chapter = dict(zip(ledger.frames["events"]["event_id"], ledger.frames["events"]["chapter"], strict=True))
    for clash in clashes(ledger):
        subjects = frozenset({*clash.events, *(chapter[event] for event in clash.events)})
        yield Finding(TIME, clash.rule, clash.mentions, clash.explanation, subjects)


def _of_stances(ledger: Ledger) -> Iterator[Finding]:
    """Yield the statements that one source both makes and denies."""
    names = authors(ledger.frames["sources"])
    propositions = ledger["propositions"].set_index("proposition_id")
    for (proposition, source), own in ledger["stances"].groupby(["proposition_id", "source_id"], sort=False):
        places = {stance: sorted(rows["paragraph"]) for stance, rows in own.groupby("stance")}
        if {"asserts", "denies"} <= places.keys():
            statement, chapter = propositions.loc[proposition, ["statement", "chapter"]]
            told = " and ".join(
                f"{stance} in ¶ {', '.join(map(str, places[stance]))}" for stance in ("denies", "asserts")
            )
            explanation = f"{names[source]} {told} the statement “{statement.rstrip('.')}”."
            yield Finding(LOGIC, BOTH_WAYS, (proposition, source), explanation, frozenset({proposition, chapter}))


def _of_references(ledger: Ledger) -> Iterator[Finding]:
    """Yield the references that are about something else than the sentence they stand under."""
    claims = read_claims(ledger).set_index("claim_id", drop=False)
    beside = carried(claims, ledger["citations"])
    for row in audit(ledger["citations"]).to_dict("records"):
        if row["finding"] == ABOUT_ANOTHER:
            own = claims[claims["citation_id"] == row["citation_id"]]
            silent = (SAME_FIGURE, ANOTHER_SUBJECT)  # of another subject, figures side by side say nothing
            pairs = beside[(beside["citation_id"] == row["citation_id"]) & ~beside["verdict"].isin(silent)]
            told = [str(row["detail"]), *(_figures(pair, claims) for pair in pairs.to_dict("records"))]
            subjects = frozenset({*own["metric_id"], *own["chapter"]})
            yield Finding(REFERENCE, ABOUT_ANOTHER, (row["citation_id"],), " ".join(told), subjects)


DIFFERS = {
    ANOTHER_PERIOD: "for another period",
    ANOTHER_MEASURE: "measured in another way",
}


def _figures(pair: Mapping[str, str], claims: Any) -> str:
    claim, title = claims.loc[pair["claim_id"]], claims.loc[pair["title_claim_id"]]
    how = DIFFERS.get(pair["verdict"], "of the same thing")
    return f"The title carries {_dated(title)}, {how}; the sentence prints {_dated(claim)}."


def _dated(claim: Mapping[str, Any]) -> str:
    when = spoken(claim["period"])
    return f"{figure(claim)} ({when})" if when else figure(claim)
