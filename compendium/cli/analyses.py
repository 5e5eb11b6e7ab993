"""Commands for the analyses of the ledger, with output as text or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from compendium.cli.common import analysis_options, load_valid_ledger, open_executor, print_report

if TYPE_CHECKING:
    from compendium.ledger.loader import Ledger


@click.command()
@analysis_options
@click.option("--scheduler", default="", help="Address of a Dask cluster to compute on, e.g. tcp://host:8786.")
@click.option("--beside", multiple=True, metavar="WHICH", help="Add observations to the claims: of a reporter, by its "
              "area; of a publisher; of a table; or one, by its id. Can be given more than once.")  # fmt: skip
def reconcile(form: str, data: Path, scheduler: str, beside: tuple[str, ...]) -> None:
    """Reconcile all claims: bounds, verdicts, and the claims that cannot all be true."""
    from compendium.display import reports
    from compendium.reconciliation.reconcile import reconcile as reconciled

    ledger = _with_observations(load_valid_ledger(data), beside)
    with open_executor(scheduler) as executor:
        found = reconciled(ledger, executor)
    print_report(
        form, lambda: reports.reconciliation_report(ledger, found), lambda: reports.reconciliation_lines(ledger, found)
    )


def _with_observations(ledger: Ledger, selectors: tuple[str, ...]) -> Ledger:
    """Return a ledger with the selected observations among its claims; raise `BadParameter` for an unknown name."""
    from compendium.ledger.observations import add_observations_as_claims, read_observations
    from compendium.project.problems import describe_choices

    if not selectors:
        return ledger
    found = read_observations(ledger)
    columns = found[["observation_id", "reporter", "publisher"]].assign(table=found["table"].map(_stem(ledger)))
    known = set(columns.to_numpy().ravel()) - {""}
    for name in selectors:
        if name not in known:
            raise click.BadParameter(
                f"no independent figure is called {name}; {describe_choices(known, name)}", param_hint="--beside"
            )
    return add_observations_as_claims(ledger, found[columns.isin(selectors).any(axis=1)])


def _stem(ledger: Ledger) -> dict[str, str]:
    return {name: Path(table.path).stem for name, table in ledger.schema.items()}


@click.command()
@analysis_options
def corroborate(form: str, data: Path) -> None:
    """Compare every claim with the observations of independent publishers."""
    from compendium.display import reports

    ledger = load_valid_ledger(data)
    print_report(form, lambda: reports.corroboration_report(ledger), lambda: reports.corroboration_lines(ledger))


@click.command()
@analysis_options
def chronology(form: str, data: Path) -> None:
    """List the statements about dates and order that cannot all be true."""
    from compendium.display import reports

    ledger = load_valid_ledger(data)
    print_report(form, lambda: reports.chronology_report(ledger), lambda: reports.chronology_lines(ledger))


@click.command()
@analysis_options
def independence(form: str, data: Path) -> None:
    """List the figures that share an origin, and count sources by origin."""
    from compendium.display import reports

    ledger = load_valid_ledger(data)
    print_report(form, lambda: reports.independence_report(ledger), lambda: reports.independence_lines(ledger))


@click.command()
@analysis_options
def sensitivity(form: str, data: Path) -> None:
    """Recompute each headline with one source left out."""
    from compendium.display import reports

    ledger = load_valid_ledger(data)
    print_report(form, lambda: reports.sensitivity_report(ledger), lambda: reports.sensitivity_lines(ledger))


COMMANDS = (reconcile, corroborate, chronology, independence, sensitivity)
