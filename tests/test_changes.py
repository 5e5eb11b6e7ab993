"""What changed between two states: each kind of change from states made by hand, and states read from git."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from click.testing import CliRunner
from test_certificate import git

from compendium.cli.app import main
from compendium.display.mime_types import CLAIM_RECORDS
from compendium.project.paths import PAGE_BY_KIND
from compendium.publish import changes as changing
from compendium.publish.changes import CHANGE_KINDS, StateChange, as_lines, as_markdown, as_records, find_changes
from compendium.publish.snapshots import (
    Snapshot,
    UnknownSnapshotError,
    edition_tags,
    snapshot_at,
    version_numbers,
    working_tree_snapshot,
)

CLAIMS = "claim_id,source_id,paragraph,as_printed,rank,rank_reason\n"
OBSERVED = "observation_id,value\n"
COMPARED = "claim_id,observation_id,reason\n"


def resource(name: str, head: str, key: Any) -> dict[str, Any]:
    fields = [{"name": column, "type": "string"} for column in head.strip().split(",")]
    return {"name": name, "path": f"{name}.csv", "schema": {"fields": fields, "primaryKey": key}}


def told(verdict: str, held: str = "o", checked: str = "agrees") -> dict[str, Any]:
    against = [{"observations": [held]}]
    return {
        "author": "A", "figure": "$5", "as_printed": "$5", "measures": "turnover", "paragraph": 3,
        "reconciled": {"verdict": verdict}, "checked": {"verdict": checked, "held": against},
    }  # fmt: skip


def state(
    claims: str = "", observed: str = "", compared: str = "", dossiers: Mapping[str, Any] | None = None, **pages: str
) -> Snapshot:
    outputs = [{"data": {CLAIM_RECORDS: dict(dossiers or {}), "text/html": "<p>Table</p>"}}]
    notebook = {"cells": [{"cell_type": "code", "outputs": outputs}]}
    package = [
        resource("claims", CLAIMS, "claim_id"),
        resource("official", OBSERVED, ["observation_id"]),
        resource("comparisons", COMPARED, ["claim_id", "observation_id"]),
    ]
    files = {
        "CITATION.cff": "version: 1.2.3\n",
        "data/datapackage.json": json.dumps({"resources": package}),
        "data/claims.csv": CLAIMS + claims,
        "data/official.csv": OBSERVED + observed,
        "data/comparisons.csv": COMPARED + compared,
        f"book/{PAGE_BY_KIND['claim']}.ipynb": json.dumps(notebook),
        f"book/{PAGE_BY_KIND['claim']}.md": "# Claims",
        **{f"book/{name}.md": text for name, text in pages.items()},
    }
    return Snapshot("some state", files)


def found(before: Snapshot, now: Snapshot, kind: str) -> list[StateChange]:
    return [change for change in find_changes(before, now) if change.kind == kind]


CLAIM = "a.x,a,3,$5,normal,\n"


def test_the_same_state_has_not_changed() -> None:
    assert find_changes(state(CLAIM), state(CLAIM)) == []
    assert "Nothing" in as_markdown([], state(), state())


def test_a_claim_is_added_in_words() -> None:
    (change,) = found(state(), state(CLAIM, dossiers={"a.x": told("single")}), "claim added")
    assert (change.subject, change.description) == ("a.x", "A: $5, turnover (¶ 3)")
    (change,) = found(state(), state(CLAIM), "claim added")
    assert change.description == "a: $5 (¶ 3)"


def test_a_changed_claim_tells_each_cell() -> None:
    (change,) = found(state(CLAIM), state(CLAIM.replace(",3,$5", ",4,$6")), "claim changed")
    assert change.description == "paragraph: ‘3’ → ‘4’; as_printed: ‘$5’ → ‘$6’"


def test_long_cells_are_shown_where_they_part() -> None:
    long = "as much as the port could ever carry " * 3
    before, now = (state(CLAIM.replace("$5", long + words)) for words in ("in a year", "by day"))
    (change,) = found(before, now, "claim changed")
    assert change.description == "as_printed: ‘…rt could ever carry in a year’ → ‘…rt could ever carry by day’"


def test_a_claim_is_deprecated_with_its_reason_and_one_that_is_gone_is_told() -> None:
    (change,) = found(state(CLAIM), state("a.x,a,3,$5,deprecated,read wrongly\n"), "claim deprecated")
    assert change.description.endswith("Why: read wrongly")
    assert not found(state(CLAIM), state("a.x,a,3,$5,deprecated,read wrongly\n"), "claim changed")
    assert [change.subject for change in found(state(CLAIM), state(), "claim gone")] == ["a.x"]


OLD, NEW = {"a.x": told("consistent")}, {"a.x": told("in conflict")}
DIFFERS = {"a.x": told("consistent", checked="differs")}
OTHER = "b.y,b,1,$7,normal,\n"


@pytest.mark.parametrize(
    ("before", "now", "why"),
    [
        (state(CLAIM, dossiers=OLD), state(CLAIM.replace("$5", "$6"), dossiers=NEW), "its own row changed"),
        (state(CLAIM, dossiers=OLD), state(CLAIM + OTHER, dossiers=NEW), "other claims changed (b.y)"),
        (state(CLAIM, "o,5\n", dossiers=OLD), state(CLAIM, "o,9\n", dossiers=DIFFERS),
         "an independent figure changed (o)"),
        (state(CLAIM, "o,5\n", dossiers=OLD), state(CLAIM, "o,5\n", "a.x,o,period\n", dossiers=DIFFERS),
         "what stands against comparing it changed"),
        (state(CLAIM, "p,5\n", dossiers=OLD), state(CLAIM, "p,9\n", dossiers=DIFFERS),
         "no row that bears on it changed: the engine did"),
    ],
    ids=["own row", "other claim", "observation", "comparison", "engine"],
)  # fmt: skip
def test_a_verdict_names_the_rows_that_it_can_hang_on(before: Snapshot, now: Snapshot, why: str) -> None:
    (change,) = found(before, now, "verdict")
    assert change.description.endswith(f"because {why}")
    assert "consistent → in conflict" in change.description or "agrees → differs" in change.description


def test_tables_and_pages_tell_what_moved() -> None:
    before, now = state(CLAIM, "o,5\np,6\n", first="# One"), state(CLAIM, "o,7\nq,1\n", first="# Two", second="# New")
    (table,) = found(before, now, "table")
    assert table.description == "1 row added (q); 1 row changed (o); 1 row gone (p)"
    assert {change.subject: change.description for change in found(before, now, "page")} == {
        "first": "words",
        "second": "new",
    }


def test_code_that_is_folded_is_no_change_of_words() -> None:
    cell = "\n```{code-cell} ipython3\n%s\n```\n"
    assert not found(state(first="# One" + cell % "a"), state(first="# One" + cell % "b"), "page")


def test_the_record_itself_is_not_compared() -> None:
    assert changing.CHANGES_TABLE not in {
        change.subject for change in find_changes(working_tree_snapshot(), snapshot_at("HEAD"))
    }


def test_a_cell_brings_nothing_into_a_review() -> None:
    hostile = "a.x,a,3,[x](javascript:1) <img> @someone `${{ x }}`,normal,\n"
    text = as_markdown(find_changes(state(), state(hostile)), state(), state())
    assert "](" not in text.replace("\\](", "")
    assert "<img" not in text
    assert "@someone" not in text
    assert text.count("`a.x`") == 1


def test_every_form_tells_every_change() -> None:
    made = [StateChange(kind, f"s{n}", "said") for n, kind in enumerate(CHANGE_KINDS)]
    lines, text = "\n".join(as_lines(made, state(), state())), as_markdown(made, state(), state())
    records = as_records(made, "2.0.0", "1.0.0")
    for change in made:
        assert change.subject in lines
        assert change.subject in text
    assert [(row["edition"], row["since"], row["kind"], row["subject"], row["said"]) for row in records] == [
        ("2.0.0", "1.0.0", change.kind, change.subject, change.description) for change in made
    ]


# --- states


def test_a_state_of_git_is_read_as_it_was(tmp_path: Any) -> None:
    git(tmp_path, "init", "-q")
    for number, text in ((1, "# One"), (2, "# Two")):
        for name, content in state(CLAIM, first=text).files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(content.replace("1.2.3", f"1.0.{number}"), encoding="utf-8")
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", text)
        git(tmp_path, "tag", f"v1.0.{number}")
    git(tmp_path, "tag", "v1.0.10", "v1.0.1")
    git(tmp_path, "tag", "verse")
    assert edition_tags(tmp_path) == ["v1.0.1", "v1.0.2", "v1.0.10"]
    assert snapshot_at("v1.0.1", tmp_path).edition == "1.0.1"
    assert find_changes(snapshot_at("v1.0.1", tmp_path), working_tree_snapshot(tmp_path)) == [
        StateChange("page", "first", "words")
    ]
    for name in ("v9.9.9", "--output=x", "HEAD~9"):
        with pytest.raises(UnknownSnapshotError, match="expected"):
            snapshot_at(name, tmp_path)


def test_without_git_there_are_no_states(tmp_path: Any) -> None:
    assert edition_tags(tmp_path) == []
    with pytest.raises(UnknownSnapshotError):
        snapshot_at("HEAD", tmp_path)


@pytest.mark.parametrize(("text", "numbers"), [("v1.10.0", (1, 10, 0)), ("1.2.3", (1, 2, 3)), ("1.2", ()), ("x", ())])
def test_versions_are_compared_as_numbers(text: str, numbers: tuple[int, ...]) -> None:
    assert version_numbers(text) == numbers


def test_the_command_tells_and_refuses() -> None:
    runner = CliRunner()
    wrong = runner.invoke(main, ["changes", "--since", "no-such-tag"])
    assert wrong.exit_code == 2
    assert "no-such-tag" in wrong.stderr
    same = runner.invoke(main, ["changes", "--since", "HEAD", "--format", "json"])
    assert same.exit_code == 0
    assert isinstance(json.loads(same.stdout), list)


def test_the_record_of_the_data_is_what_the_tags_hold() -> None:
    """Held where the copy has its tags: what was written down for an edition is what comparing it gives."""
    known = {tag.removeprefix("v"): tag for tag in edition_tags()}
    recorded = working_tree_snapshot().tables[changing.CHANGES_TABLE].values()
    for edition, since in sorted({(row["edition"], row["since"]) for row in recorded}):
        if {edition, since} <= known.keys():
            found_now = as_records(find_changes(snapshot_at(known[since]), snapshot_at(known[edition])), edition, since)
            assert [row for row in recorded if row["edition"] == edition] == found_now, edition
