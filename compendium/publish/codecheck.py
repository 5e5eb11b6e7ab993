"""The manifest by which an independent person checks that the computations of an edition can be repeated.

It is the file that the CODECHECK community asks authors for: what the work is, and which files a checker should get
again. Who checked, when, and with what result is theirs to add.
"""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from compendium.project.citation import CITATION, Edition

CODECHECK_FILE = "codecheck.yml"
SPECIFICATION = "https://codecheck.org.uk/spec/config/1.0/"


def codecheck_manifest(files: Mapping[str, str], citation: bytes, edition: Edition, address: str = "") -> str:
    """Return the manifest.

    Parameters
    ----------
    files
        what a checker should get again: a comment for each file, by its path from the manifest.
    citation
        the citation file, of which authors are read.
    address
        where the edition is published, where that is known.
    """
    told = {
        "version": SPECIFICATION,
        "paper": {
            "title": edition.title,
            "authors": [_author(one) for one in yaml.safe_load(citation)["authors"]],
            "reference": address or f"Edition {edition.version}, {edition.date_text}; see {CITATION}",
        },
        "manifest": [{"file": path, "comment": comment} for path, comment in sorted(files.items())],
    }
    return yaml.safe_dump(told, sort_keys=False, allow_unicode=True, explicit_start=True, width=1000)


def _author(said: Mapping[str, str]) -> dict[str, str]:
    name = said.get("name") or " ".join(said[part] for part in ("given-names", "family-names") if said.get(part))
    orcid = str(said.get("orcid", "")).rpartition("/")[2]
    return {"name": str(name)} | ({"ORCID": orcid} if orcid else {})
