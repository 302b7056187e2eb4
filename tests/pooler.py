"""PgBouncer in transaction mode, in front of a PostgreSQL of this project's own."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from sift_site.development.embedded_postgres import EmbeddedPostgres
from sift_site.development.postgres_home import account_for, socket_folder
from tests.servers import free_port, stop

_SETTINGS = """
[databases]
{database} = host={socket} port=5432 dbname={database} user=sift
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
admin_users = sift
{more}
"""


def pgbouncer_program() -> str | None:
    """The PgBouncer of this machine; None if there is none. Debian's lies outside people's PATH."""
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


@contextmanager
def pgbouncer(
    program: str, server: EmbeddedPostgres, *, database: str, connections: int, more: str
) -> Iterator[str]:
    """A PgBouncer with so many connections to that server, and `more` settings than it always has:
    the database's address by it."""
    # It refuses to run as root, and only the server's own account may enter the socket's folder.
    account = account_for(server.data, server.var.parent)
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        settings = folder / "pgbouncer.ini"
        settings.write_text(
            _SETTINGS.format(
                database=database,
                socket=socket_folder(server.data),
                port=port,
                connections=connections,
                more=more,
            )
        )
        process = subprocess.Popen(
            [shutil.copy(program, folder / "pgbouncer"), "--quiet", settings],
            cwd="/",
            stdin=subprocess.DEVNULL,
            **account.switch,
        )
        url = f"postgres://sift@127.0.0.1:{port}/{database}"
        try:
            _wait_until_it_passes_on(url, process)
            yield url
        finally:
            stop(process)


def _wait_until_it_passes_on(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline or process.poll() is not None:
                raise
            time.sleep(0.1)
        else:
            return
