"""kill -9 amid captures, changes of many leads and webhooks being told."""

import os
import signal
import time

import psycopg

from tests.faults.fault import Fault
from tests.faults.installation import Installation

_TIMES = 3
_PAUSE = 1.0  # seconds
_LONGEST_WAIT = 10.0  # seconds


def _connected(there: Installation) -> psycopg.Connection:
    """To the database, once it takes connections."""
    gives_up = time.monotonic() + _LONGEST_WAIT
    while True:
        try:
            return psycopg.connect(there.url, autocommit=True)
        except psycopg.OperationalError:
            assert time.monotonic() < gives_up, "PostgreSQL takes no connections"
            time.sleep(0.05)


def amid_a_move(there: Installation) -> None:
    """Return once a change of many leads is under way; nothing else takes so long."""
    with _connected(there) as connection:
        gives_up = time.monotonic() + _LONGEST_WAIT
        while not connection.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND clock_timestamp() - xact_start > interval '0.15 s'"
        ).fetchone():
            assert time.monotonic() < gives_up, "leads are not moved"
            time.sleep(0.005)


def _kill_postgres(there: Installation) -> None:
    amid_a_move(there)
    there.kill_postgres()


def _kill_a_backend(there: Installation) -> None:
    """PostgreSQL then ends all its other processes and begins anew by itself."""
    for _ in range(_TIMES):
        amid_a_move(there)
        with _connected(there) as connection:
            row = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                " ORDER BY state = 'active' DESC, state_change DESC LIMIT 1"
            ).fetchone()
        assert row is not None, "nobody is connected"
        os.kill(row[0], signal.SIGKILL)
        time.sleep(_PAUSE)


def _kill_server_processes(there: Installation) -> None:
    for _ in range(_TIMES):
        amid_a_move(there)
        there.server.kill_children()
        time.sleep(_PAUSE)


def _kill_server(there: Installation) -> None:
    amid_a_move(there)
    there.server.kill()


def _kill_worker(there: Installation) -> None:
    amid_a_move(there)
    there.worker.kill()


FAULTS = (
    Fault(name="PostgreSQL killed", inflict=_kill_postgres, moves_many=True),
    Fault(name="a backend killed", inflict=_kill_a_backend, moves_many=True),
    Fault(
        name="a server process killed",
        inflict=_kill_server_processes,
        moves_many=True,
        stops_probes=True,
    ),
    Fault(name="the server killed", inflict=_kill_server, moves_many=True, stops_probes=True),
    Fault(name="the worker killed", inflict=_kill_worker, moves_many=True),
)
