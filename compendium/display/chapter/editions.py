"""What changed between the editions of a ledger: claims and verdicts, counts by edition, tables and pages."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from markupsafe import Markup

from compendium.display.chapter.ledger import OpenLedger
from compendium.display.links import link
from compendium.display.outputs import RichOutput, captioned_table
from compendium.project.changelog import version_key
from compendium.project.paths import ROOT

PARTS = ("table", "page")
"""Kinds of change that are of a whole table or page, not of a claim."""


@dataclass(frozen=True)
class Editions:
    """Changes, a row each, with the edition that has them and the one before."""

    rows: pd.DataFrame
    kinds: tuple[str, ...]
    claims: Collection[str]
    tables: Collection[str]
    pages: Collection[str]

    @cached_property
    def names(self) -> list[str]:
        """Return the editions that changed anything, the newest first."""
        return sorted(self.rows["edition"].unique(), key=version_key, reverse=True)

    @property
    def newest(self) -> str:
        """Return the newest edition."""
        return self.names[0]

    def since(self, edition: str) -> str:
        """Return the edition that one is compared with."""
        return str(self.rows.loc[self.rows["edition"] == edition, "since"].iloc[0])

    @cached_property
    def counted(self) -> pd.DataFrame:
        """Return how many changes there are by edition, the newest first, and by kind, each of the schema."""
        found = pd.crosstab(self.rows["edition"], self.rows["kind"])
        return found.reindex(index=self.names, columns=list(self.kinds), fill_value=0)

    def count(self, kind: str, edition: str = "") -> int:
        """Return how many changes of a kind an edition has; without an edition, all of them have."""
        found = self.counted[kind]
        return int(found.loc[edition] if edition else found.sum())

    def claims_table(self, caption: str) -> RichOutput:
        """Show the claims and verdicts that changed, the newest edition first."""
        own = self.rows[~self.rows["kind"].isin(PARTS)]
        rows = [
            (link("claim", row.subject) if row.subject in self.claims else row.subject,
             f"{row.kind}, {row.edition}", row.said)
            for edition in self.names for row in own[own["edition"] == edition].itertuples()
        ]  # fmt: skip
        shown = pd.DataFrame(rows, columns=["Claim", "What", "How"])
        return captioned_table(shown, caption, css_class="roomy", data=own.drop(columns="since"))

    def counts_table(self, caption: str) -> RichOutput:
        """Show how many changes of each kind every edition has."""
        heads = {
            kind: kind.removeprefix("claim ") if kind.startswith("claim ") else f"{kind.capitalize()}s"
            for kind in self.kinds
        } | {"claim added": "Claims added"}
        shown = self.counted.rename(columns=heads).rename_axis(columns=None).reset_index(names="Edition")
        shown.insert(1, "Since", list(map(self.since, self.names)))
        return captioned_table(shown, caption, numeric=list(shown)[2:])

    def parts_table(self, caption: str) -> RichOutput:
        """Show the tables and pages that the newest edition changed; the file beside it has those of all editions."""
        parts = self.rows[self.rows["kind"].isin(PARTS)]
        own = parts[parts["edition"] == self.newest]
        places = [self._place(row.kind, row.subject) for row in own.itertuples()]
        shown = pd.DataFrame({"Name": places, "What": own["kind"], "How": own["said"]})
        return captioned_table(shown, caption, css_class="roomy", data=parts)

    def _place(self, kind: str, subject: str) -> str:
        """Return the name of a table or page, as a link where it still is: later editions may have cut it."""
        if kind == "page" and subject in self.pages:
            return Markup('<a href="../{0}.html">{0}</a>').format(subject)
        if kind == "table" and subject in self.tables:
            return link("table", f"table-{subject}", subject)
        return subject


def open_editions(ledger: OpenLedger) -> Editions:
    """Return the changes between editions that a ledger keeps."""
    kind = next(field for field in ledger.tables.schema["changes"].fields if field.name == "kind")
    # A file that is read is noticed, so that the page runs again when another page is cut.
    pages = set(re.findall(r"^\s*- file: book/(\S+)$", (ROOT / "_toc.yml").read_text(encoding="utf-8"), re.MULTILINE))
    claims = set(ledger["claims"]["claim_id"])
    return Editions(ledger["changes"], tuple(kind.vocabulary), claims, set(ledger.tables.schema), pages)
