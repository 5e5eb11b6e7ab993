"""A made-up project of two tables and a few pages, in git, with a site and a book on paper made by hand.

What releases, repeats and publishes an edition is tested on it: it costs milliseconds, and its editions can differ.
"""

import io
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from pypdf import PdfWriter

from compendium.builder import print_files
from compendium.ledger.archive import LEDGER_ARCHIVE as LEDGER
from compendium.project import zip_archives
from compendium.project.changelog import entries
from compendium.project.citation import read_edition
from compendium.publish import release, release_bundle

DAYS = {"1.0.0": "2026-01-02", "1.1.0": "2026-02-03", "1.10.0": "2026-03-04"}
CITATION = """cff-version: 1.2.0
message: Please cite it.
title: "The Made-up: of nothing"
type: dataset
authors:
  - name: The makers
version: {version}
date-released: {day}
license: [MIT, CC-BY-4.0]
keywords: [nothing]
"""
CHANGES = """# Changelog

## {version} — {day}

What *{version}* brings.

## 0.9.0 — 2025-01-01

Old.
"""
FIELD = {"type": "string", "description": "A name.", "constraints": {"required": True}}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'">
{head}<title>{title}</title>
</head>
<body>
<article><h1>{title}</h1>{body}</article>
<p class="certificate"><a href="#">Edition</a><span class="certified"></span></p>
</body>
</html>
"""
POLICY = "default-src 'none'; style-src 'self'"


def git(root: Path, *arguments: str) -> str:
    """Run git in a folder, with a name for whoever commits, and return what it says."""
    named = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    return subprocess.run(
        ["git", *named, *arguments], cwd=root, capture_output=True, text=True, check=True
    ).stdout  # fmt: skip


def resource(name: str, key: str, *more: str) -> dict[str, object]:
    """Return what a Data Package says of a table."""
    fields = [FIELD | {"name": column} for column in (key, *more)]
    return {"name": name, "path": f"{name}.csv", "title": name.title(), "description": f"All {name}.",
            "schema": {"fields": fields, "primaryKey": key, "foreignKeys": []}}  # fmt: skip


def project(root: Path, version: str = "1.1.0", claims: Sequence[str] = ("one.a", "one.b")) -> Path:
    """Write a project that can be released, commit it, and return its folder."""
    day = DAYS[version]
    package = {
        "name": "made-up", "title": "The Made-up", "description": "Nothing, in two tables.", "version": version,
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/", "title": "CC BY"}],
        "resources": [resource("claims", "claim_id", "source_id"), resource("sources", "source_id")],
    }  # fmt: skip
    files = {
        "pyproject.toml": f'[project]\nname = "made-up"\nversion = "{version}"\n',
        "CITATION.cff": CITATION.format(version=version, day=day),
        "CHANGELOG.md": CHANGES.format(version=version, day=day),
        "LICENSE": "All of it.\n",
        "requirements.txt": "none\n",
        "requirements-authors.txt": "none\n",
        ".gitignore": "/_build/\n",
        "data/datapackage.json": json.dumps(package),
        "data/claims.csv": "".join(f"{line}\n" for line in ["claim_id,source_id", *(f"{name},one" for name in claims)]),
        "data/sources.csv": "source_id\none\n",
        "book/index.md": "# The front\n",
        "book/index.ipynb": json.dumps({"cells": [], "metadata": {"ledger": {"python": "3.11"}}}),
        "run": "#!/bin/sh\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (root / "run").chmod(0o755)
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "All")
    git(root, "config", "user.name", "A")
    git(root, "config", "user.email", "a@example.org")
    return root


def site(root: Path, address: str = "", more: Mapping[str, str] | None = None) -> Path:
    """Write the site of a project into its folder for what is built, and return that."""
    html = root / "_build" / "html"
    claims = (root / "data" / "claims.csv").read_text(encoding="utf-8").split()[1:]
    names = [line.partition(",")[0] for line in claims]
    rows = "".join(f'<tr id="{name}"><td><a href="../claim/{name}.html">{name}</a></td></tr>' for name in names)
    pages = {
        "book/index": ("Front", '<p><a href="evidence/contradictions.html#they-differ">They differ.</a></p>'),
        "book/evidence/claims": ("Claims", f"<table>{rows}</table>"),
        "book/evidence/sources": ("Sources", '<p id="one">One</p>'),
        "book/evidence/contradictions": ("Contradictions", '<p id="they-differ">They differ.</p>'),
        **{f"book/claim/{name}": (f"Claim {name}", "<p>Said.</p>") for name in names},
    }
    lines = '<link rel="canonical" href="{0}">\n<meta property="og:url" content="{0}">\n'
    texts = {
        f"{name}.html": PAGE.format(
            title=title, body=body, head=lines.format(f"{address}{name}.html") if address else ""
        )
        for name, (title, body) in pages.items()
    }
    leads = '<meta http-equiv="refresh" content="0; url=book/index.html">\n'
    texts["index.html"] = PAGE.format(title="Made-up", body="", head=leads)
    texts["404.html"] = PAGE.format(title="None", body="", head="")
    texts |= {"sitemap.xml": "<urlset/>"} if address else {}
    for name, text in {**texts, **(more or {})}.items():
        (html / name).parent.mkdir(parents=True, exist_ok=True)
        (html / name).write_text(text, encoding="utf-8")
    data = root / "data"
    held = {path.name: path.read_bytes() for path in data.iterdir()}
    (html / LEDGER).write_bytes(zip_archives.pack(held))
    return html


def printed(root: Path) -> Path:
    """Write a PDF of a project, of no more than its frame, and return its folder."""
    folder = root / "_build" / "print"
    folder.mkdir(parents=True, exist_ok=True)
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Producer": "Skia/PDF m142"})
    writer.write(out)
    (folder / print_files.PDF_FILE).write_bytes(out.getvalue())
    return folder


def begun(root: Path, address: str = "", *, draft: bool = False) -> release_bundle.Release:
    """Return what would be released of a project."""
    entry = entries((root / "CHANGELOG.md").read_text(encoding="utf-8"))[0]
    return release_bundle.Release(
        "made-up", read_edition(root), entry, release_bundle.head_commit(root), address, draft
    )


def bundled(root: Path, address: str = "", **files: str) -> release.ReleaseFiles:
    """Release a project, tag and all."""
    return release.make_release(
        begun(root, address), site(root, address, files), printed(root), root / "_build" / "out", root
    )
