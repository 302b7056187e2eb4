"""A streaming replica of the tests' PostgreSQL, and how it is held up."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from django.db import connection

from sift_site.development.embedded_postgres import EmbeddedPostgres, _run
from sift_site.development.postgres_home import (
    SOCKET_NAME,
    Account,
    binaries_for,
    choose_data_folder,
    socket_folder,
)
from sift_site.development.var_folder import VAR
from tests.servers import database_url
from tests.waiting import wait_for


class Standby(EmbeddedPostgres):
    """Begins as a copy of the server that the tests run on, and follows it from there."""

    def __init__(self) -> None:
        super().__init__(VAR, "test-standby", durable=False)

    def _make_data(self, account: Account) -> None:
        primary = connection.settings_dict
        server = f"host='{primary['HOST']}' user='{primary['USER']}'"
        data = choose_data_folder(self.var, self.name, account)
        _, binaries = binaries_for(data, self.var, account)
        data.mkdir(mode=0o700)
        account.take(data)
        _run(
            *(account, binaries / "pg_basebackup", f"--pgdata={data}", f"--dbname={server}"),
            *("--write-recovery-conf", "--checkpoint=fast", "--no-sync"),
        )
        # The primary's socket may lie in its data, with a lock that is copied too.
        (data / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)

    def remove(self) -> None:
        """Stop the server, whoever left it running, and forget its data."""
        if (self.data / "postmaster.pid").exists():
            with self.in_use():
                pass
        shutil.rmtree(self.data, ignore_errors=True)

    @property
    def database_url(self) -> str:
        """The address of this test's database there."""
        return self.url().removesuffix("/sift") + urlsplit(database_url()).path

    def tells(self, sql: str) -> object:
        """Its answer to a question that has one."""
        return _told(self.database_url, sql)

    def catch_up(self) -> None:
        """Return once it holds all that is committed by now."""
        position = _told(database_url(), "SELECT pg_current_wal_insert_lsn()::text")
        self._wait_until(f"SELECT pg_last_wal_replay_lsn() >= '{position}'::pg_lsn")

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """Nothing that is committed within arrives there."""
        self.tells("SELECT pg_wal_replay_pause()")
        self._wait_until("SELECT pg_get_wal_replay_pause_state() = 'paused'")
        try:
            yield
        finally:
            self.tells("SELECT pg_wal_replay_resume()")

    def _wait_until(self, sql: str) -> None:
        wait_for(lambda: self._said_yes(sql))

    def _said_yes(self, sql: str) -> bool:
        try:
            return bool(self.tells(sql))
        except psycopg.OperationalError:  # the test's database has not arrived there yet
            return False


def embedded_server_runs_the_tests() -> bool:
    """False where DATABASE_URL named another, of which there may be no copy."""
    own = EmbeddedPostgres(VAR, "test-postgres")
    host: str = connection.settings_dict["HOST"]
    return host == str(socket_folder(own.data))


def _told(url: str, sql: str) -> object:
    with psycopg.connect(url, autocommit=True, application_name="a test") as asking:
        row = asking.execute(sql).fetchone()
    assert row is not None
    return row[0]
