"""Made-up ledgers whose truth is known, to hold the reconciliation against.

True values are drawn first, and claims are then printed from them: rounded, and hedged only as is true. All claims
of such a ledger can hold together, but for the conflicts that are planted, of which each minimal set is known.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from random import Random
from types import MappingProxyType
from typing import Any

import pandas as pd

from compendium.ledger.claims import claim_interval
from compendium.ledger.loader import CELL_TYPES, Ledger
from compendium.ledger.schema import Table, read_schema
from compendium.project.paths import DATA
from compendium.reconciliation.constraints import Quantity
from compendium.values.intervals import HEDGE_EFFECTS, HedgeEffect
from compendium.values.periods import exact_span

_COLUMNS = "metric_id unit kind minimum sum_of part_of mirror_of exclusive_over ranks"
_METRICS = (
    ("trade", "USD", "flow", 0, "sales; purchases", "", "", "", ""),
    ("sales", "USD", "flow", 0, "", "", "purchases", "", ""),
    ("purchases", "USD", "flow", 0, "", "", "sales", "", ""),
    ("crops", "USD", "flow", 0, "", "sales", "", "", ""),
    ("fruit", "USD", "flow", 0, "", "crops", "", "", ""),
    ("standing", "rank", "rank", 1, "", "", "", "", "crops"),
    ("output", "USD", "flow", 0, "", "", "", "", ""),
    ("industry", "USD", "flow", 0, "", "output", "", "", ""),
    ("oil", "bbl", "flow", 0, "", "", "", "", ""),
    ("funds", "USD", "stock", 0, "", "", "", "", ""),
    ("loans", "USD", "stock", 0, "", "funds", "", "", ""),
    ("balance", "USD", "stock", None, "", "", "", "", ""),
    ("staff", "person", "count", 0, "", "", "", "", ""),
    ("room", "t/year", "capacity", 0, "", "", "", "", ""),
    ("named", "percent", "share", 0, "", "", "", "counterpart_area", ""),
)
METRICS: dict[str, dict[str, Any]] = {row[0]: dict(zip(_COLUMNS.split(), row, strict=True)) for row in _METRICS}
"""What is measured in a made-up ledger: every relation between metrics occurs."""
MIX = (("single", Fraction(50, 100)), ("small", Fraction(43, 100)), ("large", Fraction(7, 100)))
"""Which part of the claims stands alone, in groups of two to six, in groups of twenty and more."""
ROOM = 10
"""For each planted conflict a ledger has at least so many claims."""
RARELY = 25
"""Of so many planted conflicts one is in a large group."""
ONE, HALF_MORE = Fraction(1), Fraction(3, 2)
FORMS = {
    "USD": "${}", "percent": "{}%", "times": "{} times", "person": "{}",
    "bbl": "{} barrels", "bbl/day": "{} barrels per day", "t/year": "{} tons",
}  # fmt: skip
SCALES = ((10**12, " trillion"), (10**9, " billion"), (10**6, " million"), (10**3, " thousand"), (1, ""))
BASE = ("base_metric_id", "base_area", "base_counterpart", "base_period")
RANKS = ("first", "2nd", "third", "4th")
HEDGES = ("almost", "just under", "more than", "over", "at least", "up to", "about", "roughly")


@dataclass
class Truth:
    """The true value of every quantity of a made-up ledger, of the stretches of its years included."""

    values: dict[Quantity, Fraction] = field(default_factory=dict)

    def of(self, quantity: Quantity) -> Fraction:
        """Return the true value of a quantity; that of a flow over some months follows from the year and its season.

        Raises
        ------
        KeyError
            where nothing was drawn that the value could follow from.
        """
        if quantity in self.values:
            return self.values[quantity]
        days = exact_span(quantity.period)
        if not days or METRICS[quantity.metric_id]["kind"] != "flow":
            raise KeyError(quantity)
        total = Fraction(0)
        for year in range(days.first.year, days.last.year + 1):
            season = _season(quantity.ref_area, year)
            first = days.first.month if year == days.first.year else 1
            last = days.last.month if year == days.last.year else 12
            total += self.values[quantity._replace(period=str(year))] * sum(season[first - 1 : last]) / sum(season)
        return total


def _season(area: str, year: int) -> list[int]:
    """Return the weights of the months of a year, the same for all flows among the areas of one scene."""
    random = Random(f"{area.partition('-')[0]} {year}")
    return [random.randint(5, 15) for _ in range(12)]


@dataclass(frozen=True)
class Made:
    """A made-up ledger, the minimal sets of claims in it that cannot all be true, and what is true."""

    ledger: Ledger
    planted: list[frozenset[str]]
    truth: Truth


def world(claims: int, *, seed: int, planted: int = 0) -> Made:
    """Return a ledger of so many claims, with so many conflicts planted; the same for the same seed.

    Raises
    ------
    ValueError
        where there is no room for so many conflicts.
    """
    if planted * ROOM > claims:
        raise ValueError(f"{planted} conflicts take at least {planted * ROOM} claims")
    scribe = _Scribe(seed, sources=2 + claims // 50)
    conflicts = [frozenset(scribe.scene(kind, HALF_MORE)) for kind in _to_spoil(planted)]
    told = dict.fromkeys((size for size, _ in MIX), 0)
    while len(scribe.rows) < claims:
        size = min(MIX, key=lambda kind: told[kind[0]] / kind[1])[0]
        before = len(scribe.rows)
        if claims - before < MOST[size]:
            size = "single"
        scribe.scene(scribe.random.choice(KINDS[size]), ONE)
        told[size] += len(scribe.rows) - before
    scribe.random.shuffle(scribe.rows)
    return Made(scribe.ledger(), conflicts, scribe.truth)


def _to_spoil(planted: int) -> list[Kind]:
    small = KINDS["small"]
    return [_large if place % RARELY == RARELY - 1 else small[place % len(small)] for place in range(planted)]


class _Scribe:
    """Draws true values scene by scene, and writes claims about them; a scene shares no area with another."""

    def __init__(self, seed: int, sources: int) -> None:
        self.random = Random(seed)
        self.schema = read_schema(DATA)
        self.blank = _blank(self.schema["claims"])
        self.sources = sources
        self.truth = Truth()
        self.rows: list[dict[str, Any]] = []
        self.places: dict[str, str] = {}
        self.inside: dict[str, list[str]] = {}
        self.scenes, self.size, self.plain = 0, 0, False
        self.told: list[Quantity] = []
        self.twins: set[tuple[str, str]] = set()

    def scene(self, kind: Kind, false: Fraction) -> list[str]:
        """Write the claims of one group; where it is to be false, return those that cannot all be true."""
        self.scenes, self.plain = self.scenes + 1, false != ONE
        self.size = int(10 ** self.random.uniform(6, 11))
        self.told, self.twins = [], set()
        before = len(self.rows)
        core = kind(self, false)
        if kind in KINDS["small"]:
            self._more(MOST["small"] - (len(self.rows) - before))
        return core

    def _more(self, room: int) -> None:
        """Write what others say of the quantities told; in a scene that is false, only what bears on nothing."""
        for place in range(min(room, self.random.randint(0, 2)) if self.told else 0):
            own = self.random.choice(self.told)
            if METRICS[own.metric_id]["kind"] == "flow" and own.period.isdecimal() and self.random.random() < 0.5:
                later = int(own.period) + 5 * (place + 1)  # years of which nothing else is said
                self.ratio(self.own(own.metric_id, own.ref_area, own.counterpart_area, later), own)
            elif not self.plain:
                self.level(own)

    # --- areas and true values

    def place(self, within: str = "") -> str:
        """Return a new area."""
        name = f"s{self.scenes}-{len(self.places)}"
        self.places[name] = within
        self.inside.setdefault(within, []).append(name)
        return name

    def region(self, number: int) -> tuple[str, list[str]]:
        """Return a new area, and so many that lie in it."""
        whole = self.place()
        return whole, [self.place(whole) for _ in range(number)]

    def own(self, metric: str, ref: str, other: str = "", period: object = "", population: str = "") -> Quantity:
        """Return a quantity whose true value has been drawn."""
        quantity = Quantity(metric, ref, other, str(period), population)
        self._draw(quantity)
        return quantity

    def _draw(self, quantity: Quantity) -> Fraction:
        """Return the true value of a quantity; draw it, and what it hangs together with, where it is new."""
        values, metric = self.truth.values, quantity.metric_id
        if quantity not in values:
            if metric in ("trade", "sales", "purchases"):
                self._draw_trade(quantity)
            else:
                values[quantity] = self._summed(quantity) or self._fresh(quantity)
            if whole := self.places.get(quantity.counterpart_area):  # what lies in it bears on it
                self._draw(quantity._replace(counterpart_area=whole))
        return values[quantity]

    def _draw_trade(self, quantity: Quantity) -> None:
        trade, sales, purchases = (quantity._replace(metric_id=name) for name in ("trade", "sales", "purchases"))
        values = self.truth.values
        if (quantity.counterpart_area, quantity.ref_area) in self.twins:
            other = sales._replace(ref_area=quantity.counterpart_area, counterpart_area=quantity.ref_area)
            values[purchases], values[sales] = self._draw(other), self._draw(other._replace(metric_id="purchases"))
        else:
            for one in (sales, purchases):
                values[one] = self._summed(one) or self._fresh(one)
        values[trade] = values[sales] + values[purchases]

    def _summed(self, quantity: Quantity) -> Fraction:
        """Return the value of a wider area, somewhat more than its areas have; 0 for any other area."""
        whole = quantity.counterpart_area
        inside = self.inside.get(whole, []) if whole else []
        areas = [*inside, f"{whole}-rest"] if inside else []
        return sum((self._draw(quantity._replace(counterpart_area=area)) for area in areas), Fraction(0))

    def _fresh(self, quantity: Quantity) -> Fraction:
        whole = METRICS[quantity.metric_id]["part_of"]
        value = self._draw(quantity._replace(metric_id=whole)) if whole else Fraction(self.size)
        return Fraction(int(value) * self.random.randint(*((20, 80) if whole else (50, 200))) // 100)

    # --- claims

    def level(self, own: Quantity, false: Fraction = ONE) -> str:
        """Write a claim of how much there is."""
        self.told.append(own)
        return self.tell(own, self.truth.of(own) * false, "level", METRICS[own.metric_id]["unit"])

    def rate(self, own: Quantity, false: Fraction = ONE) -> str:
        """Write a claim of how much there is a day."""
        days = exact_span(own.period)
        number = (days.last - days.first).days + 1 if days else 1
        return self.tell(own, self.truth.of(own) * false / number, "level", f"{METRICS[own.metric_id]['unit']}/day")

    def ratio(self, own: Quantity, base: Quantity, false: Fraction = ONE, *, share: bool = False) -> str:
        """Write a claim of one quantity beside another: a share; a growth where it grew; a multiple."""
        value = self.truth.of(own) / self.truth.of(base) * false
        if share:
            return self.tell(own, 100 * value, "share", "percent", base)
        if value > 1 and own._replace(period=base.period) == base:
            return self.tell(own, 100 * (value - 1), "growth", "percent", base)
        return self.tell(own, value, "multiple", "times", base)

    def difference(self, own: Quantity, base: Quantity, false: Fraction = ONE) -> str:
        """Write a claim of how much more one quantity is than another."""
        unit = METRICS[own.metric_id]["unit"]
        return self.tell(own, (self.truth.of(own) - self.truth.of(base)) * false, "difference", unit, base)

    def forecast(self, own: Quantity, base: Quantity, false: Fraction = ONE) -> str:
        """Write a claim of what there will be, and in which direction that is."""
        rises = self.truth.of(own) >= self.truth.of(base)
        cells = {"direction": "rises" if rises else "falls", "obs_status": "forecast"}
        value = self.truth.of(own) if false == ONE else self.truth.of(base) * (1 / false if rises else false)
        return self.tell(own, value, "level", METRICS[own.metric_id]["unit"], base, cells)

    def ranks(self, ranked: Sequence[Quantity]) -> list[str]:
        """Write claims of who has most, next to most and so on."""
        order = [one._replace(metric_id="standing") for one in sorted(ranked, key=self.truth.of, reverse=True)]
        self.truth.values.update((one, Fraction(place)) for place, one in enumerate(order, 1))
        return [
            self._written(one, measure="rank", unit="rank", as_printed=rank)
            for one, rank in zip(order, RANKS, strict=False)
        ]

    def tell(
        self, own: Quantity, value: Fraction, measure: str, unit: str, base: Quantity | None = None,
        cells: Mapping[str, str] = MappingProxyType({}),
    ) -> str:  # fmt: skip
        """Write a claim that prints a value: a level, or something of a base."""
        of_base = (base.metric_id, base.ref_area, base.counterpart_area, base.period) if base else ()
        against = dict(zip(BASE, of_base, strict=False))
        printed = self._printed(measure, unit, value, METRICS[own.metric_id]["minimum"])
        return self._written(own, measure=measure, unit=unit, **printed, **against, **cells)

    def _printed(self, measure: str, unit: str, value: Fraction, minimum: float | None) -> dict[str, str]:
        """Return figure and hedge of a value, with as many digits as it takes for them to be true."""
        row = {**self.blank, "measure": measure, "unit": unit}
        digits = 4 if self.plain else self.random.randint(2, 4)
        hedge = self.random.choice(HEDGES) if not self.plain and self.random.random() < 0.4 else ""
        while True:
            printed = {"as_printed": figure(value, unit, digits, HEDGE_EFFECTS[hedge]), "hedge": hedge}
            if value in claim_interval(row | printed, minimum):
                return printed
            hedge, digits = "", digits + 1

    def _written(self, own: Quantity, **cells: str) -> str:
        number = len(self.rows)
        source = f"made{number % self.sources:04d}"
        name = f"{source}.c{number}"
        note = {} if own.period else {"note": "No period is drawn."}
        named = {"claim_id": name, "source_id": source, "paragraph": 1 + number // self.sources}
        self.rows.append({**self.blank, **own._asdict(), **named, **note, **cells})
        return name

    # --- the ledger

    def ledger(self) -> Ledger:
        """Return all that was written as a ledger, every other table of the schema empty."""
        most = 1 + len(self.rows) // self.sources
        numbers = range(self.sources)
        rows: dict[str, list[dict[str, Any]]] = {
            "claims": self.rows,
            "metrics": [{**_blank(self.schema["metrics"]), **metric} for metric in METRICS.values()],
            "places": [
                {**_blank(self.schema["places"]), "place_id": name, "within": within}
                for name, within in self.places.items()
            ],
            "sources": [{**_blank(self.schema["sources"]), **_source(number, most)} for number in numbers],
        }
        frames = {
            name: _frame(table, rows[name]) if rows.get(name) else _empty(table) for name, table in self.schema.items()
        }
        return Ledger(DATA, self.schema, frames)


def _source(number: int, paragraphs: int) -> dict[str, Any]:
    name = f"made{number:04d}"
    digest = hashlib.sha256(name.encode()).hexdigest()
    return {"source_id": name, "written": "2025", "language": "en", "sha256": digest, "paragraphs": paragraphs}


def _blank(table: Table) -> dict[str, Any]:
    """Return a row whose cells are as empty as the schema allows."""
    return {
        cell.name: (cell.vocabulary or ("made up",))[0] if cell.required else "" if cell.type == "string" else None
        for cell in table.fields
    }


def _frame(table: Table, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    types = {cell.name: CELL_TYPES[cell.type][2] for cell in table.fields}
    return pd.DataFrame(rows, columns=table.columns).astype(types)


@cache
def _empty(table: Table) -> pd.DataFrame:
    """Return a table without rows, as most of a made-up ledger are: to make each anew took longer than all the rest."""
    return _frame(table, ())


def figure(value: Fraction, unit: str, digits: int, effect: HedgeEffect = HedgeEffect.BARE) -> str:
    """Return a value above zero as a text would print it, rounded to so many digits in the way its hedge asks for."""
    scale, word = next(((by, name) for by, name in SCALES if value >= by), SCALES[-1])
    if unit in ("percent", "times", "person"):
        scale, word = SCALES[-1]
    value /= scale
    places = digits - _before_the_point(value)
    if unit == "person":  # nobody counts parts of them
        places = min(places, 0)
    count = _whole(value * Fraction(10) ** places, effect)
    if places > 0:
        whole, rest = divmod(count, 10**places)
        return FORMS[unit].format(f"{whole}.{rest:0{places}d}{word}")
    return FORMS[unit].format(f"{count * 10**-places}{word}")


def _whole(value: Fraction, effect: HedgeEffect) -> int:
    if effect in (HedgeEffect.BELOW, HedgeEffect.AT_MOST):
        return math.ceil(value)
    if effect in (HedgeEffect.ABOVE, HedgeEffect.AT_LEAST):
        return math.floor(value)
    return math.floor(value + Fraction(1, 2))


def _before_the_point(value: Fraction) -> int:
    """Return the number of digits before the point, less the number of zeros right behind it where there are none."""
    if value >= 1:
        return len(str(int(value)))
    places = 0
    while value < Fraction(1, 10):
        value, places = value * 10, places - 1
    return places


# --- groups of claims: each kind takes a factor, and where it is not 1 returns the claims that cannot all be true

Kind = Callable[[_Scribe, Fraction], list[str]]


def _year(scribe: _Scribe) -> int:
    return scribe.random.randint(2005, 2024)


def _day(scribe: _Scribe) -> str:
    return f"{_year(scribe)}-{scribe.random.randint(1, 12):02d}-{scribe.random.randint(1, 28):02d}"


def _amount(scribe: _Scribe, false: Fraction) -> list[str]:
    return [scribe.level(scribe.own("funds", scribe.place(), "", _day(scribe)), false)]


def _count(scribe: _Scribe, false: Fraction) -> list[str]:
    scribe.size = scribe.random.randint(10, 3000)
    return [scribe.level(scribe.own("staff", scribe.place(), "", _day(scribe), "all shifts"), false)]


def _undated(scribe: _Scribe, false: Fraction) -> list[str]:
    return [scribe.level(scribe.own("output", scribe.place()), false)]


def _capacity(scribe: _Scribe, false: Fraction) -> list[str]:
    return [scribe.level(scribe.own("room", scribe.place(), "", _year(scribe)), false)]


def _answer(scribe: _Scribe, false: Fraction) -> list[str]:
    return [_named(scribe, scribe.place(), _year(scribe), false)]


def _rank(scribe: _Scribe, false: Fraction) -> list[str]:
    return scribe.ranks([scribe.own("crops", scribe.place(), scribe.place(), _year(scribe))])


def _alone(scribe: _Scribe, false: Fraction) -> list[str]:
    """Write a growth or a multiple without either of its levels."""
    area, year = scribe.place(), _year(scribe)
    return [scribe.ratio(scribe.own("output", area, "", year + 1), scribe.own("output", area, "", year), false)]


def _part_alone(scribe: _Scribe, false: Fraction) -> list[str]:
    area, year = scribe.place(), _year(scribe)
    own, base = scribe.own("industry", area, "", year), scribe.own("output", area, "", year)
    return [scribe.ratio(own, base, false, share=True)]


def _daily(scribe: _Scribe, false: Fraction) -> list[str]:
    return [scribe.rate(scribe.own("oil", scribe.place(), scribe.place(), _year(scribe)), false)]


def _rivals(scribe: _Scribe, false: Fraction) -> list[str]:
    metric = scribe.random.choice(("output", "trade", "sales", "oil"))
    own = scribe.own(metric, scribe.place(), scribe.place(), _year(scribe))
    return [scribe.level(own), scribe.level(own, false)]


def _chain(scribe: _Scribe, false: Fraction) -> list[str]:
    metric = scribe.random.choice(("output", "trade", "crops"))
    area, other, year = scribe.place(), scribe.place(), _year(scribe)
    first, last = (scribe.own(metric, area, other, when) for when in (year, year + 1))
    return [scribe.level(first), scribe.ratio(last, first), scribe.level(last, false)]


def _total(scribe: _Scribe, false: Fraction) -> list[str]:
    area, other, year = scribe.place(), scribe.place(), _year(scribe)
    trade, *parts = (scribe.own(metric, area, other, year) for metric in ("trade", "sales", "purchases"))
    return [scribe.level(trade, false), *(scribe.level(part) for part in parts)]


def _part(scribe: _Scribe, false: Fraction) -> list[str]:
    area, other, year = scribe.place(), scribe.place(), _year(scribe)
    part, whole = (scribe.own(metric, area, other, year) for metric in ("crops", "sales"))
    too_large = false * scribe.truth.of(whole) / scribe.truth.of(part) if false != ONE else ONE
    return [scribe.level(whole), scribe.level(part, too_large)]


def _share(scribe: _Scribe, false: Fraction) -> list[str]:
    area, year = scribe.place(), _year(scribe)
    part, whole = (scribe.own(metric, area, "", year) for metric in ("industry", "output"))
    return [scribe.level(whole), scribe.ratio(part, whole, share=True), scribe.level(part, 1 / false)]


def _season_of(scribe: _Scribe, false: Fraction) -> list[str]:
    metric = scribe.random.choice(("trade", "oil", "output", "sales"))
    area, other, year = scribe.place(), scribe.place(), _year(scribe)
    whole = scribe.own(metric, area, other, year)
    part = whole._replace(period=f"{year}-01/{year}-{scribe.random.randint(2, 11):02d}")
    too_large = false * scribe.truth.of(whole) / scribe.truth.of(part) if false != ONE else ONE
    return [scribe.level(whole), scribe.level(part, too_large)]


def _areas(scribe: _Scribe, false: Fraction) -> list[str]:
    metric, when = scribe.random.choice((("funds", _day(scribe)), ("trade", _year(scribe)), ("crops", _year(scribe))))
    area, (whole, inside) = scribe.place(), scribe.region(2)
    parts = [scribe.own(metric, area, other, when) for other in inside]
    total = scribe.own(metric, area, whole, when)
    one, other = map(scribe.truth.of, parts)
    too_small = (max(one, other) + one + other) / 2 / scribe.truth.of(total) if false != ONE else ONE
    return [scribe.level(total, too_small), *map(scribe.level, parts)]


def _area_share(scribe: _Scribe, false: Fraction) -> list[str]:
    area, (whole, (other,)), year = scribe.place(), scribe.region(1), _year(scribe)
    part, total = (scribe.own("trade", area, towards, year) for towards in (other, whole))
    return [scribe.level(total), scribe.ratio(part, total, share=True), scribe.level(part, 1 / false)]


def _answers(scribe: _Scribe, false: Fraction) -> list[str]:
    area, year = scribe.place(), _year(scribe)
    return [_named(scribe, area, year, false) for _ in range(3)]


def _named(scribe: _Scribe, area: str, year: int, false: Fraction) -> str:
    """Write which share of those asked gave one answer; no two pass the whole half as large again, but three do."""
    own = Quantity("named", area, scribe.place(), str(year), "all asked")
    scribe.truth.values[own] = Fraction(scribe.random.randint(2500, 3200), 100)
    return scribe.tell(own, scribe.truth.of(own) * false, "share", "percent")


def _ranked(scribe: _Scribe, false: Fraction) -> list[str]:
    area, year = scribe.place(), _year(scribe)
    number = 2 if false != ONE else scribe.random.randint(2, 3)
    ranked = [scribe.own("crops", area, scribe.place(), year) for _ in range(number)]
    names = scribe.ranks(ranked)
    first, second, *_ = sorted(ranked, key=scribe.truth.of, reverse=True)
    too_small = scribe.truth.of(second) / scribe.truth.of(first) / false if false != ONE else ONE
    return [*names, scribe.level(first, too_small), scribe.level(second)]


def _rates(scribe: _Scribe, false: Fraction) -> list[str]:
    own = scribe.own("oil", scribe.place(), scribe.place(), _year(scribe))
    return [scribe.level(own), scribe.rate(own, false)]


def _mirrored(scribe: _Scribe, false: Fraction) -> list[str]:
    one, other, year = scribe.place(), scribe.place(), _year(scribe)
    scribe.twins.add((one, other))
    sales, purchases = scribe.own("sales", one, other, year), scribe.own("purchases", other, one, year)
    return [scribe.level(sales), scribe.level(purchases, false)]


def _multiple(scribe: _Scribe, false: Fraction) -> list[str]:
    area, year = scribe.place(), _year(scribe)
    own, base = (scribe.own("crops", area, scribe.place(), year) for _ in range(2))
    return [scribe.level(own), scribe.level(base), scribe.ratio(own, base, false)]


def _difference(scribe: _Scribe, false: Fraction) -> list[str]:
    area, year = scribe.place(), _year(scribe)
    own, base = scribe.own("balance", area, "", year), scribe.own("balance", area, "", year - 1)
    scribe.truth.values[own] = scribe.truth.of(base) * scribe.random.randint(130, 200) / 100
    return [scribe.level(own), scribe.level(base), scribe.difference(own, base, false)]


def _forecast(scribe: _Scribe, false: Fraction) -> list[str]:
    metric = scribe.random.choice(("trade", "output"))
    area, other, year = scribe.place(), scribe.place(), _year(scribe)
    base, own = (scribe.own(metric, area, other, when) for when in (year, year + 2))
    return [scribe.level(base), scribe.forecast(own, base, false)]


def _large(scribe: _Scribe, false: Fraction) -> list[str]:
    """Write some twenty claims on the trade of one area: sums, parts, growth, a part of a year, ranks, a forecast."""
    area, (whole, (near, far)), year = scribe.place(), scribe.region(2), _year(scribe)
    scribe.twins.add((area, near))
    _large_growth(scribe, area, near, year)
    _large_parts(scribe, area, near, far, whole, year)
    months = [
        [scribe.own(metric, area, near, when)._replace(period=f"{when}-01/{when}-04") for when in (year + 1, year + 2)]
        for metric in ("trade", "purchases", "crops", "fruit")
    ]
    trade, purchases, crops, fruit = months
    scribe.level(trade[1])
    scribe.level(crops[1])
    for before, after in (trade, purchases, crops):
        scribe.ratio(after, before)
    quarter = [own._replace(period=f"{own.period[:4]}-01/{own.period[:4]}-03") for own in trade]
    scribe.ratio(quarter[1], quarter[0])
    # Nothing else binds how fruit moves, so that two figures for it are in conflict with each other alone.
    return [scribe.ratio(fruit[1], fruit[0]), scribe.ratio(fruit[1], fruit[0], false)]


def _large_growth(scribe: _Scribe, area: str, near: str, year: int) -> None:
    trade = {when: scribe.own("trade", area, near, when) for when in range(year - 2, year + 4)}
    scribe.level(trade[year - 2])
    scribe.ratio(trade[year], trade[year - 2])
    for _ in range(scribe.random.randint(1, 2)):
        scribe.level(trade[year])
    scribe.ratio(trade[year], trade[year - 1])
    for _ in range(scribe.random.randint(1, 2)):
        scribe.ratio(trade[year + 1], trade[year])
    scribe.level(trade[year + 1])
    scribe.forecast(trade[year + 3], trade[year + 1])


def _large_parts(scribe: _Scribe, area: str, near: str, far: str, whole: str, year: int) -> None:
    sales = scribe.own("sales", area, near, year + 1)
    scribe.level(sales)
    scribe.ratio(sales, scribe.own("sales", area, whole, year + 1), share=True)
    if scribe.random.random() < 0.5:
        scribe.level(scribe.own("sales", near, area, year + 1))
    crops = [scribe.own("crops", area, towards, year + 1) for towards in (near, far)]
    for own in crops:
        scribe.level(own)
    scribe.ratio(crops[0], crops[1])
    scribe.ranks(crops)


KINDS: dict[str, tuple[Kind, ...]] = {
    "single": (
        *(_amount, _count, _undated, _capacity, _answer, _rank, _alone, _daily),
        *(_amount, _count, _undated, _capacity, _answer, _rank, _alone, _part_alone),
    ),
    "small": (
        *(_rivals, _chain, _total, _part, _share, _season_of, _areas, _area_share),
        *(_answers, _ranked, _rates, _mirrored, _multiple, _difference, _forecast),
    ),
    "large": (_large,),
}
"""The kinds of groups; those in which one conflict can be planted alone are the small ones and the large one."""
MOST = {"single": 1, "small": 6, "large": 25}
