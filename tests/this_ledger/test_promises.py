"""What this ledger has promised its readers: ids stay, corrections stand, and so does the citation."""

import csv
import io
import re
import subprocess
import tomllib

import yaml

from compendium.curation.validation import validate
from compendium.ledger import corrections, permanent_ids
from compendium.ledger.loader import CORRECTIONS, Ledger, load, row_key
from compendium.project.citation import CITATION, check_citation, read_edition
from compendium.project.paths import DATA, ROOT
from compendium.values.periods import format_period


def test_every_table_passes_every_check() -> None:
    assert [str(problem) for problem in validate(DATA)] == []


def test_no_id_is_lost_or_names_another_thing() -> None:
    assert list(permanent_ids.check_permanent_ids(load(corrected=False))) == []


def test_every_id_of_every_tagged_edition_is_still_there(ledger: Ledger) -> None:
    """By git, where it knows editions: this does not rest on the table of ids."""
    tags = subprocess.run(["git", "tag", "--list", "v*"], cwd=ROOT, capture_output=True, text=True, check=False)
    for tag in tags.stdout.split():
        for table in permanent_ids.identity_columns(ledger):
            schema = ledger.schema[table]
            command = ["git", "show", f"{tag}:data/{schema.path}"]
            shown = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
            then = {row_key(schema, row) for row in csv.DictReader(io.StringIO(shown.stdout))}
            now = {row_key(schema, row) for row in ledger[table].to_dict("records")}
            assert then <= now, (tag, table)


def test_every_correction_of_a_claim_is_in_its_dossier(ledger: Ledger) -> None:
    rows = ledger[CORRECTIONS]
    told = corrections.corrections_by_row(ledger, "claims")
    assert sum(map(len, told.values())) == (rows["table"] == "claims").sum() > 0


def test_what_is_printed_and_what_is_right_are_both_there(ledger: Ledger) -> None:
    typed = load(corrected=False)
    rows = ledger[CORRECTIONS]
    for row in rows[rows["kind"] == "source"].to_dict("records"):
        assert typed.row(row["table"], row["row_id"])[row["column"]] == row["old"]
        assert ledger.row(row["table"], row["row_id"])[row["column"]] == row["new"]
        assert format_period(row["corrected_on"])


def test_the_citation_file_agrees_with_the_project_and_its_changelog() -> None:
    book = read_edition()
    assert book.version == tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    newest = re.search(r"^## (\S+) — (\S+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert newest
    assert newest.groups() == (book.version, book.released.isoformat())
    assert book.short_title == yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["title"]


ALLOWED = {
    "abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi", "identifiers", "keywords",
    "license", "license-url", "message", "preferred-citation", "references", "repository", "repository-artifact",
    "repository-code", "title", "type", "url", "version",
}  # fmt: skip


def test_the_citation_file_is_what_its_format_asks_for() -> None:
    """The rules of the Citation File Format 1.2.0 for the keys that stand in it; it allows no others."""
    said = yaml.safe_load((ROOT / CITATION).read_text(encoding="utf-8"))
    assert list(check_citation(said)) == []
    assert set(said) <= ALLOWED
    assert said["cff-version"] == "1.2.0"
    assert said["type"] in {"software", "dataset"}
    assert len(set(said["keywords"])) == len(said["keywords"])
    assert all(isinstance(word, str) and word for word in said["keywords"])
    assert all(re.fullmatch(r"[A-Za-z0-9.+-]+", one) for one in said["license"])
    allowed = {"name", "address", "city", "country", "email", "website", "alias", "orcid", "affiliation",
               "family-names", "given-names", "name-particle", "name-suffix"}  # fmt: skip
    assert all(set(author) <= allowed for author in said["authors"])
