"""CODECHECK manifest (`codecheck.yml`) of an edition: paper, authors, and the files that a checker should reproduce.

Checker, date and result are for the checker to add.
"""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from compendium.project.citation import CITATION, Edition

CODECHECK_FILE = "codecheck.yml"
SPECIFICATION = "https://codecheck.org.uk/spec/config/1.0/"


def codecheck_manifest(files: Mapping[str, str], citation: bytes, edition: Edition, address: str = "") -> str:
    """Return the manifest as YAML.

    Parameters
    ----------
    files
        comment for each file to reproduce, by path relative to the manifest.
    citation
        content of the citation file, for the authors.
    address
        address of the published edition; `""` if unknown.
    """
    content = {
        "version": SPECIFICATION,
        "paper": {
            "title": edition.title,
            "authors": [_author(one) for one in yaml.safe_load(citation)["authors"]],
            "reference": address or f"Edition {edition.version}, {edition.date_text}; see {CITATION}",
        },
        "manifest": [{"file": path, "comment": comment} for path, comment in sorted(files.items())],
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, explicit_start=True, width=1000)


def _author(author: Mapping[str, str]) -> dict[str, str]:
    name = author.get("name") or " ".join(author[part] for part in ("given-names", "family-names") if author.get(part))
    orcid = str(author.get("orcid", "")).rpartition("/")[2]
    return {"name": str(name)} | ({"ORCID": orcid} if orcid else {})
