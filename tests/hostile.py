"""What strangers put into cells, and copies of the ledger that hold it."""

import csv
from collections.abc import Callable, Iterable
from itertools import cycle
from pathlib import Path

from compendium.ledger.loader import load
from compendium.ledger.schema import Field, Table

INERT = (
    "<script>window.hit=1;alert(1)</script>",
    '<img src=x onerror="window.hit=1;alert(1)">',
    '"><svg onload=window.hit=1>',
    "' autofocus onfocus='window.hit=1' x='",
    "</style><style>*{display:none}</style>",
    "</script><script>window.hit=1</script>",
    "]]><script>window.hit=1</script><!--",
    "<iframe srcdoc='<script>top.hit=1</script>'></iframe>",
    "[a link](javascript:window.hit=1) <javascript:window.hit=1>",
    "{claim}`nobody` {glue:text}`nothing` ```{raw} html <script>window.hit=1</script> ```",
    "{{ 7*7 }} {% raw %} ${7*7} {0} {x!r} %s %(x)s",
    "a | b `c` *d* _e_ $f$ \\alpha # g",
    "&lt;script&gt;window.hit=1&lt;/script&gt; &amp;#60;",
    "'; DROP TABLE claims; --",
    "Əli şəhərdən çıxdı; Ёлка и щука; שלום עולם; مرحبا بالعالم; 北京; 🇦🇿",
)
"""Texts that a ledger may hold, and that are nothing but text wherever they are shown."""
REFUSED = {
    "escape": "red \x1b[31m alert \x07",
    "title of a window": "\x1b]0;owned\x07",
    "back space": "safe\x08\x08evil",
    "null": "nu\x00ll",
    "other controls": "c1 \x9b31m",
    "override": "abc \u202eexe.txt",
    "isolate": "abc \u2066def",
    "mark": "abc\u200fdef",
    "nothing wide": "pay\u200bpal",
    "no break": "pay\ufeffpal",
    "line": "one\u2028two",
    "formula": "=cmd|' /C calc'!A0",
    "sum": "@SUM(1+1)*cmd|' /C calc'!A0",
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-1+1+cmd|' /C calc'!A0",
    "wide formula": "＝1+1",
    "long": "x" * 30_000,
    "megabyte": "x" * 1_000_000,
}
"""Texts that no ledger may hold."""
ADDRESSES = ("javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x",
             "file:///etc/passwd", "https://", "http://[::1", 'https://x.example/"onclick="hit()',
             "blob:https://x.example/1")  # fmt: skip


MEANT = ("as_printed", "items", "expect", "code", "table", "population", "row_id", "column", "old", "new")
"""Columns whose text means something to the engine, though their schema does not say so."""


def free(table: Table, field: Field) -> bool:
    """Say whether a field takes any text: no key, no list, no vocabulary, no form of its own."""
    keys = {*table.primary_key, *(own for own, _, _ in table.foreign_keys)}
    told = field.vocabulary or field.pattern or field.semantic_type or field.unique or field.name in keys
    return field.type == "string" and not told and field.name not in MEANT


def spoilt(data: Path, change: Callable[[Table, Field, int, str], str | None]) -> None:
    """Change cells of a ledger: what is returned for a cell comes in its place."""
    for table in load(data).schema.values():
        path = data / table.path
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        for n, row in enumerate(rows):
            for at, field in enumerate(table.fields):
                new = change(table, field, n, row[at])
                row[at] = row[at] if new is None else new
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])


def filled(data: Path, texts: Iterable[str] = INERT, tables: Iterable[str] = ()) -> None:
    """Let every free text of a ledger, where there is one, be one of these, in turns."""
    own, only = cycle(texts), set(tables)

    def change(table: Table, field: Field, n: int, cell: str) -> str | None:
        return next(own) if cell and free(table, field) and (not only or table.name in only) else None

    spoilt(data, change)
    _forget(data)


def _forget(data: Path) -> None:
    """Forget what was published and corrected of the texts that are others now: the ledger would hold them to it."""
    schema = load(data).schema
    texts = {(table.name, field.name) for table in schema.values() for field in table.fields if free(table, field)}
    for name, keep in (("permanent", None), ("corrections", texts)):
        path = data / schema[name].path
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        at = [header.index(column) for column in ("table", "column") if column in header]
        kept = [row for row in rows if keep is not None and tuple(row[place] for place in at) not in keep]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *kept])
