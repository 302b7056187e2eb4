"""Whoever reads and writes while Sift is upgraded notices nothing.

5,000 leads here; `python -m tests.faults.upgrade` does it with 100,000, and asks harder.
"""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from tests.faults.upgrade import Load, upgrade, version_before
from tests.servers import database_url

BEFORE = version_before()


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The address of one on the tests' server; it is dropped afterwards."""
    own, _, database = database_url().rpartition("/")
    name = sql.Identifier(f"{database}_upgrade")
    with psycopg.connect(f"{own}/postgres", autocommit=True) as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name)
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        yield f"{own}/{database}_upgrade"
        connection.execute(drop)


@pytest.mark.optional
@pytest.mark.skipif(BEFORE is None, reason="this clone has no history of before")
def test_no_request_fails_while_migrations_run_beside_the_version_before(empty_database):
    outcome = upgrade(empty_database, BEFORE, Load(leads=5_000, pause=0.05, after=0.5))

    assert outcome.failed == []
    assert outcome.logged == []
    assert {"GET leads", "GET page", "PATCH status", "POST talk"} <= outcome.answered.keys()
