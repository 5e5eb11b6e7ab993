"""Cards of observations that contradict each other or mislead, as found by `compendium.analysis.traps`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from IPython.display import HTML
from markupsafe import Markup

from compendium.analysis.explanations import Names
from compendium.analysis.traps import Trap
from compendium.display.links import link
from compendium.display.tables.observations import describe_measure, describe_time, publisher_link
from compendium.ledger.loader import Ledger
from compendium.ledger.observations import read_observations
from compendium.ledger.records import keyed

CARD_HTML = Markup(
    '<article class="conflict" id="{id}"><h3>{title}</h3><ul>{rows}</ul><p>{what}</p>{told}'
    "<p><strong>What may explain it.</strong> {why}</p></article>"
)

ROW_HTML = Markup("<li><strong>{}</strong> {}<small>{}</small></li>")


def trap_cards(traps: Sequence[Trap], ledger: Ledger) -> HTML:
    """Return traps as cards: the figures with their publishers, description, arithmetic, possible explanation."""
    observations = keyed(read_observations(ledger), "observation_id")
    names = Names.from_ledger(ledger)
    return HTML(Markup("\n").join(_card(trap, observations, names) for trap in traps))


def _card(trap: Trap, observations: Mapping[str, Mapping[str, Any]], names: Names) -> Markup:
    rows = []
    for name in trap.observations:
        row = observations[name]
        figure = link("observation", name, row["figure"])
        metric = names.metrics[row["metric_id"]]["name"]
        parts = (metric, names.format_row_areas(row), describe_measure(row), describe_time(row))
        rows.append(ROW_HTML.format(figure, "; ".join(filter(None, parts)), publisher_link(row)))
    told = Markup('<p class="arithmetic">{}</p>').format(trap.arithmetic) if trap.arithmetic else Markup("")
    return CARD_HTML.format(
        id=trap.name,
        title=trap.title,
        rows=Markup("").join(rows),
        what=trap.description,
        told=told,
        why=trap.explanation,
    )
