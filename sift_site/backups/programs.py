"""PostgreSQL's own programs, run on the database that the settings name.

Where that is comes to them by the environment, its password included: the words of a command are
seen by everybody on the machine.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection
from psycopg import pq

from sift_site.development.embedded_postgres import PROJECT

OF_DEBIAN = Path("/usr/lib/postgresql")
_VERSION = re.compile(r"\(PostgreSQL\) ([0-9]+)")
_TOLD = re.compile(r"error: (.+)")


class ProgramFailed(Exception):
    """A program is missing, of another version or failed; the text is one line that says why."""


def run(name: str, *words: str, on_line: Callable[[str], None] = lambda line: None) -> None:
    """Run the program to its end; each line that it says goes to `on_line`. Raises ProgramFailed,
    also where the program's major version does not fit the server's."""
    server = _version_of_server()
    program = _found(name, server)
    _require_fit(program, server)
    faults: list[str] = []
    with subprocess.Popen(  # noqa: S603 - PostgreSQL's own
        [program, *words],
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        try:
            for line in process.stderr or ():
                faults += _TOLD.findall(line)
                on_line(line)
        except BaseException:  # Ctrl-C above all
            process.terminate()
            raise
    if process.returncode != 0:
        # The first line alone: those that follow may quote a row.
        said = faults[0] if faults else f"exit status {process.returncode}"
        raise ProgramFailed(f"{name} failed: {said}")


def _found(name: str, server: int) -> Path:
    if settings.DATABASE_URL is None:
        return PROJECT.program(name)
    of_debian = OF_DEBIAN / str(server) / "bin" / name  # of this very version
    path = str(of_debian) if of_debian.exists() else shutil.which(name)
    if path is None:
        raise ProgramFailed(f"{name} is not on the PATH: install PostgreSQL's client programs")
    return Path(path)


def _require_fit(program: Path, server: int) -> None:
    """pg_dump reads a server of its own version or an older one; what pg_restore of a newer one
    says an older server does not always understand (transaction_timeout, from 17 on)."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = _VERSION.search(said.stdout)
    major = int(found[1]) if found else 0
    if major < server or (program.name == "pg_restore" and major > server):
        raise ProgramFailed(
            f"{program} is of PostgreSQL {major or 'no known version'} and the server of {server}: "
            f"have client programs of {server} come first on the PATH"
        )


def _version_of_server() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::integer / 10000")
        (major,) = cursor.fetchone()
        return int(major)


def _environment() -> dict[str, str]:
    """This process's own, with what the settings say of the connection in libpq's variables."""
    told = connection.get_connection_params()
    variables = {
        option.keyword.decode(): option.envvar.decode()
        for option in pq.Conninfo.get_defaults()
        if option.envvar
    }
    return (
        dict(os.environ)
        | {variables[name]: str(told[name]) for name in variables.keys() & told.keys()}
        | {"LC_ALL": "C"}  # what they say is read here
    )
