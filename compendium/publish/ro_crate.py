"""RO-Crate metadata of a bundle: files, authors, licences, and how the files were made.

It depends on the files of the bundle alone: the same files give the same metadata.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from compendium.project.checksums import sha256
from compendium.project.citation import CITATION, Edition

if TYPE_CHECKING:
    from rocrate.model.contextentity import ContextEntity
    from rocrate.rocrate import ROCrate

RO_CRATE_FILE = "ro-crate-metadata.json"
VERSION = "1.3"
MEDIA_TYPES = {
    ".cff": "application/yaml",
    ".csv": "text/csv", ".ipynb": "application/x-ipynb+json",
    ".json": "application/json", ".md": "text/markdown", ".pdf": "application/pdf", ".txt": "text/plain",
    ".yml": "application/yaml", ".zip": "application/zip", ".html": "text/html",
}  # fmt: skip
PYTHON = "https://www.python.org/"
CHROMIUM = "https://www.chromium.org/"
INDEX_FILE = "index.html"
SUMMARISED_FOLDERS = ("site",)
"""Folders described as a whole, not file by file."""


class FileDescription(NamedTuple):
    """Name and description of a file or folder of a bundle; the description may be `""`."""

    name: str
    description: str


@dataclass(frozen=True)
class BundleDescription:
    """Metadata that is not in the files; the address is `""` if unknown."""

    name: str
    description: str
    edition: Edition
    commit: str
    file_descriptions: Mapping[str, FileDescription]
    """Descriptions of files and folders, by path."""
    address: str = ""


def ro_crate_metadata(files: Mapping[str, bytes], about: BundleDescription) -> str:
    """Return the RO-Crate metadata as JSON-LD of a bundle with these files, by path."""
    from rocrate.rocrate import ROCrate

    crate, book = ROCrate(version=VERSION), about.edition
    citation = yaml.safe_load(files[CITATION])
    authors = [_author(crate, number, one) for number, one in enumerate(citation["authors"], 1)]
    licences = [_licence(crate, one) for one in book.licences]
    python = _python(crate)
    root = crate.root_dataset
    root["name"] = f"{book.short_title}, edition {book.version}"
    root["description"] = about.description
    root["author"], root["publisher"] = _one(authors), authors[0]
    root["datePublished"] = book.released.isoformat()
    root["version"] = book.version
    root["license"] = _one(licences)
    root["keywords"] = ", ".join(map(str, citation.get("keywords", ()))) or book.short_title
    if about.address:
        root["url"] = about.address
    for path in sorted(set(files) | {f"{name}/" for name in SUMMARISED_FOLDERS}):
        if path.endswith("/"):
            _folder(crate, path, files, about)
        elif path.partition("/")[0] not in SUMMARISED_FOLDERS:
            _file(crate, path, files[path], about, python)
    _making(crate, files, about, authors)
    graph = crate.metadata.generate()
    graph["@graph"] = sorted((_ordered(node) for node in graph["@graph"]), key=lambda node: str(node["@id"]))
    return json.dumps(graph, ensure_ascii=False, indent=1) + "\n"


def file_checksums(metadata: bytes) -> dict[str, tuple[str, str]]:
    """Return SHA-256 and size, as text, of each described file by path.

    Raises
    ------
    ValueError
        if the metadata is not an RO-Crate.
    """
    try:
        nodes = [node for node in json.loads(metadata)["@graph"] if "sha256" in node]
        return {str(node["@id"]): (str(node["sha256"]), str(node.get("contentSize", ""))) for node in nodes}
    except (KeyError, TypeError, RecursionError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{RO_CRATE_FILE}: no description of an RO-Crate ({type(error).__name__}: {error})") from None


def _ordered(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return a node with sorted properties, and parts sorted by id."""
    own = {name: node[name] for name in sorted(node)}
    parts = own.get("hasPart")
    if isinstance(parts, list):
        own["hasPart"] = sorted(parts, key=lambda part: str(part["@id"]))
    return own


# --- files and folders


def _file(crate: ROCrate, path: str, content: bytes, about: BundleDescription, python: ContextEntity) -> None:
    name, description = about.file_descriptions.get(path, (PurePosixPath(path).name, ""))
    properties: dict[str, Any] = {
        "name": name,
        "encodingFormat": MEDIA_TYPES.get(PurePosixPath(path).suffix, "text/plain"),
        "contentSize": str(len(content)),
        "sha256": sha256(content),
    }
    if description:
        properties["description"] = description
    if path.endswith(".ipynb"):
        properties |= {"@type": ["File", "SoftwareSourceCode"], "programmingLanguage": python}
    crate.add_file(dest_path=path, properties=properties)


def _folder(crate: ROCrate, path: str, files: Mapping[str, bytes], about: BundleDescription) -> None:
    name, description = about.file_descriptions.get(path, (path, ""))
    count = sum(1 for other in files if other.startswith(path))
    own = crate.add_dataset(dest_path=path, properties={"name": name, "description": f"{description} {count} files."})
    front = f"{path}{INDEX_FILE}"
    if front in files:
        _file(crate, front, files[front], about, crate.dereference(PYTHON))
        own["hasPart"] = crate.dereference(front)


# --- authors, licences, software


def _entity(crate: ROCrate, identifier: str, properties: Mapping[str, Any]) -> ContextEntity:
    """Add a contextual entity to the crate and return it."""
    from rocrate.model.contextentity import ContextEntity

    entity = ContextEntity(crate, identifier, properties=dict(properties))
    crate.add(entity)
    return entity


def _author(crate: ROCrate, number: int, author: Mapping[str, Any]) -> ContextEntity:
    parts = [str(author[part]) for part in ("given-names", "family-names") if author.get(part)]
    name = author.get("name") or " ".join(parts)
    properties = {"@type": "Organization" if author.get("name") else "Person", "name": str(name)}
    own = str(author.get("orcid") or author.get("website") or f"#author-{number}")
    if author.get("website"):
        properties["url"] = str(author["website"])
    return _entity(crate, own, properties)


def _licence(crate: ROCrate, identifier: str) -> ContextEntity:
    description = f"The licence that SPDX lists as {identifier}."
    properties = {"@type": "CreativeWork", "name": identifier, "description": description}
    return _entity(crate, f"https://spdx.org/licenses/{identifier}", properties)


def _python(crate: ROCrate) -> ContextEntity:
    properties = {"@type": ["ComputerLanguage", "SoftwareApplication"], "name": "Python", "url": PYTHON}
    return _entity(crate, PYTHON, properties)


def _making(
    crate: ROCrate, files: Mapping[str, bytes], about: BundleDescription, authors: Iterable[ContextEntity]
) -> None:
    """Add the action that made the bundle: sources, software, authors, results."""
    python = crate.dereference(PYTHON)
    versions = sorted({found for path, held in files.items() if (found := _executed_with(path, held))})
    if versions:
        python["version"] = python["softwareVersion"] = ", ".join(versions)
    instruments = [python]
    printed = next((path for path in sorted(files) if path.endswith(".pdf") and "/" not in path), "")
    if printed:
        properties = {"@type": "SoftwareApplication", "name": "Chromium", "url": CHROMIUM}
        if engine := _printed_with(files[printed]):
            properties |= {"version": engine, "softwareVersion": engine}
        instruments.append(_entity(crate, CHROMIUM, properties))
    made = [path for path in sorted(files) if path.startswith("notebooks/") and path.endswith(".ipynb")]
    made += [path for path in sorted(files) if path.endswith(".pdf") and "/" not in path]
    whole = [crate.dereference(path) for path in [*(f"{name}/" for name in SUMMARISED_FOLDERS), *made, "ledger.zip"]]
    properties = {
        "name": f"Making of edition {about.edition.version}",
        "description": (
            f"All notebooks were executed, and site, PDF and archive built, from commit {about.commit}, which is "
            "source.zip, with the packages that requirements.txt locks."
        ),
        "endTime": about.edition.released.isoformat(),
        "agent": _one(list(authors)),
    }
    objects = [crate.dereference(path) for path in ("source.zip", "requirements.txt") if path in files]
    crate.add_action(
        instruments, identifier="#making", object=objects, result=[one for one in whole if one], properties=properties
    )
    crate.root_dataset["mentions"] = crate.dereference("#making")


def _one(values: list[ContextEntity]) -> Any:
    """Return the list, or its only value, as is usual in JSON-LD."""
    return values if len(values) != 1 else values[0]


def _executed_with(path: str, content: bytes) -> str:
    """Return the version of Python in the metadata of a notebook; `""` if there is none."""
    if not path.endswith(".ipynb"):
        return ""
    try:
        return str(json.loads(content)["metadata"]["ledger"].get("python", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""


def _printed_with(content: bytes) -> str:
    """Return the version of the print engine in the metadata of a PDF; `""` if there is none."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        metadata = PdfReader(BytesIO(content)).metadata
    except (PyPdfError, ValueError):
        return ""
    found = re.search(r"m(\d+)", (metadata.producer or "") if metadata else "")
    return found[1] if found else ""
