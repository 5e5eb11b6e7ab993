"""Measures parts one after the other, tells what was found in words, and puts it into the tables of the data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from compendium.benches.copies import BenchError
from compendium.benches.parts import PARTS
from compendium.benches.rows import Row, put
from compendium.benches.shown import verdict
from compendium.benches.timing import Say
from compendium.benches.workshop import Make, Workshop, repository, workshop


def run(names: Iterable[str], data: Path | None, say: Say, make: Make = repository) -> list[str]:
    """Measure some parts; return, in words, why those that failed did.

    Parameters
    ----------
    names
        of `PARTS`, in the order in which they are measured.
    data
        folder of the ledger whose tables take the rows; none is written where it is left out. The rows of a part
        that fails, or that is interrupted, are not written: its part of the table stays as it was.
    say
        told what is done, line by line.
    """
    failed: list[str] = []
    with workshop(make, say) as shop:
        for name in names:
            say(f"Measuring {name} …")
            try:
                _part(name, shop, data, say)
            except (BenchError, OSError) as error:
                failed.append(f"{name}: not measured, and its rows left as they were: {error}")
                say(f"  {name} failed")
            except KeyboardInterrupt:
                return [*failed, f"{name}: interrupted, and its rows left as they were; what came after was not begun"]
    return failed


def _part(name: str, shop: Workshop, data: Path | None, say: Say) -> None:
    part = PARTS[name]
    found = part.measure(shop)
    records: list[Mapping[str, str]] = []
    for one in found:
        if isinstance(one, Row):
            records.append(one.record())
            say(f"  {verdict(records[-1])}")
        else:
            records.append(one)
    if data:
        # A table without parts belongs to one alone.
        put(data, part.table, records, lambda record: record.get("part", name) == name)
