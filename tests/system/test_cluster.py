"""Other processes, and a cluster of them, find what one process finds."""

import json
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner
from distributed import Client, LocalCluster

from compendium.cli.app import main
from compendium.reconciliation.reconcile import Reconciliation, reconcile
from tests.support.synthetic import Made, world


@pytest.fixture(scope="module")
def made() -> Made:
    return world(400, seed=11, planted=8)


@pytest.fixture(scope="module")
def alone(made: Made) -> Reconciliation:
    return reconcile(made.ledger)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("dask")
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, local_directory=str(folder)
        ) as two,
        Client(two) as client,
    ):
        yield client


def same(made: Made, executor: Executor, alone: Reconciliation) -> bool:
    found = reconcile(made.ledger, executor)
    return found == alone and list(found.verdicts) == list(alone.verdicts) and list(found.bounds) == list(alone.bounds)


def test_a_pool_of_processes_finds_the_same(made: Made, alone: Reconciliation) -> None:
    with ProcessPoolExecutor(2) as executor:
        assert same(made, executor, alone)


def test_a_cluster_finds_the_same(made: Made, alone: Reconciliation, cluster: Client) -> None:
    with cluster.get_executor() as executor:
        assert same(made, executor, alone)
    assert len(cluster.scheduler_info()["workers"]) == 2


def test_the_cluster_finds_every_planted_conflict(made: Made, cluster: Client) -> None:
    with cluster.get_executor() as executor:
        found = reconcile(made.ledger, executor).conflicts
    assert {frozenset(conflict.claims) for conflict in found} == set(made.planted)


def test_the_cluster_leaves_nothing_in_the_folder(cluster: Client) -> None:
    assert cluster
    assert not list(Path.cwd().glob("dask-*"))


def test_the_command_computes_where_its_option_says(cluster: Client) -> None:
    here, there = (
        CliRunner().invoke(main, ["reconcile", "--format", "json", *options])
        for options in ([], ["--scheduler", cluster.scheduler_info()["address"]])
    )
    assert (here.exit_code, there.exit_code) == (0, 0), there.output
    assert json.loads(here.stdout) == json.loads(there.stdout)
