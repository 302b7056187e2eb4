"""The embedded PostgreSQL: its start and its stop, in this module alone.

    with embedded_postgres.PROJECT.in_use():
        ...  # the server is up; other processes may use it too

Every process that uses the server holds a shared lock on `var/postgres.users`; coming and going,
starting and stopping happen under an exclusive lock on `var/postgres.lock`. Whoever goes and finds
nobody else stops the server. Both are locks of the kernel, which drops them when a process ends,
however it ends: one that was killed blocks nothing, and the server that it left running is found
by the next, and stopped by it. Importing this module, or Sift's settings, starts nothing.

    python -m sift_site.development.embedded_postgres pg_dump --format=custom > sift.dump

runs one of PostgreSQL's own programs, of the right version, on the embedded server.
"""

import atexit
import contextlib
import fcntl
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import IO
from urllib.parse import quote

from sift_site.development.postgres_home import (
    SOCKET_NAME,
    Account,
    EmbeddedPostgresFailed,
    account_for,
    binaries_for,
    choose_data_folder,
    data_folder,
    data_version,
    make_private,
    socket_folder,
)
from sift_site.development.var_folder import VAR, open_in_var

_LONGEST_WAIT = 120  # seconds; recovery after a crash takes its time
_THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_ALWAYS = {
    "listen_addresses": "",  # the unix socket alone
    "port": "5432",
    "unix_socket_permissions": "0700",
    "log_min_error_statement": "panic",  # a statement may hold what is personal
    "log_checkpoints": "off",
}


class EmbeddedPostgres:
    """A PostgreSQL server whose data lies in `var/NAME`, shared by this machine's processes.

    `settings` are PostgreSQL's own, by name, beside what it always has.
    """

    def __init__(
        self,
        var: Path,
        name: str = "postgres",
        *,
        durable: bool = True,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.var = var.absolute()
        self.name = name
        self._durable = durable
        self._settings = ({} if durable else _THROWAWAY) | dict(settings or {})
        self._uses = 0  # of this process: nested uses count once
        self._used_by = 0  # the process that counts them; a forked child starts at nothing
        self._users: IO[bytes] | None = None

    @property
    def data(self) -> Path:
        """The folder of the data, there or not."""
        return data_folder(self.var, self.name)

    def url(self) -> str:
        """The address, as DATABASE_URL takes it. It starts nothing: the server may be down."""
        return f"postgres://sift@{quote(str(socket_folder(self.data)), safe='')}:5432/sift"

    def program(self, name: str) -> Path:
        """Where one of PostgreSQL's programs lies, of the version of this data."""
        account = account_for(self.data, self.var.parent)
        return binaries_for(self.data, self.var, account)[1] / name

    @contextlib.contextmanager
    def in_use(self) -> Iterator[str]:
        """The server is up within; yields its address. Raises EmbeddedPostgresFailed."""
        url = self.acquire()
        try:
            yield url
        finally:
            self.release()

    def hold(self) -> str:
        """Use the server until this process ends; return its address."""
        atexit.register(self.release)
        return self.acquire()

    def acquire(self) -> str:
        """Find the server running or start it; use it until release(). Return its address."""
        if self._used_by != os.getpid():
            self._used_by, self._uses = os.getpid(), 0
        if self._uses == 0:
            with self._alone():
                try:
                    self._ensure_up()
                    self._users = self._lock_file("users")
                    fcntl.flock(self._users, fcntl.LOCK_SH)
                except BaseException:  # Ctrl-C above all
                    with _undisturbed(), contextlib.suppress(EmbeddedPostgresFailed):
                        self._stop_if_unused()
                    raise
        self._uses += 1
        return self.url()

    def release(self) -> None:
        """End this process's use; the last user of all stops the server.

        Nothing in a forked child: the use is its parent's.
        """
        if self._used_by != os.getpid() or self._uses == 0:
            return
        self._uses -= 1
        if self._uses or self._users is None:
            return
        with _undisturbed(), self._alone():
            # Unlocked, not only closed: a forked child may still hold the same open file.
            fcntl.flock(self._users, fcntl.LOCK_UN)
            self._users.close()
            self._stop_if_unused()

    # --- Locks ---------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process starts, stops, comes or goes meanwhile."""
        with self._lock_file("lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _lock_file(self, kind: str) -> IO[bytes]:
        path = self.var / f"{self.name}.{kind}"
        try:
            return open_in_var(path)
        except OSError as error:
            raise EmbeddedPostgresFailed(f"{path} cannot be written: {error.strerror}.") from None

    def _stop_if_unused(self) -> None:
        with self._lock_file("users") as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            self._stop()

    # --- Start and stop, under the lock --------------------------------------------------------

    def _ensure_up(self) -> None:
        deadline = time.monotonic() + _LONGEST_WAIT
        while (state := self._state()) in {"starting", "stopping"}:  # a starter was killed
            if time.monotonic() > deadline:
                raise EmbeddedPostgresFailed(f"The server of {self.data} has long been {state}.")
            time.sleep(0.05)
        if state == "down":
            self._start()

    def _start(self) -> None:
        account = account_for(self.data, self.var.parent)
        if data_version(self.data) is None:
            self._make_data(account)
        _, binaries = binaries_for(self.data, self.var, account)
        if socket_folder(self.data) != self.data:
            make_private(socket_folder(self.data), account)
        self._pg_ctl(
            *(account, binaries, "start", "--silent", f"--log={self._log}"),
            f"--options={self._options()}",
        )

    def _make_data(self, account: Account) -> None:
        """A new cluster with its database, made aside: it appears whole or not at all."""
        data = choose_data_folder(self.var, self.name, account)
        if data.is_dir() and any(data.iterdir()):
            raise EmbeddedPostgresFailed(f"{data} is not empty and holds no PostgreSQL data.")
        if data.parent != self.var:
            _say(f"PostgreSQL runs as {account.name}, who cannot reach {self.var}.")
            _say(f"Its data is kept in {data}.")
        major, binaries = binaries_for(data, self.var, account)
        for half_made in data.parent.glob(f"{data.name}.new-*"):  # by one who was killed
            shutil.rmtree(half_made, ignore_errors=True)  # whose initdb may still be at it
        new = data.with_name(f"{data.name}.new-{os.getpid()}-{time.time_ns()}")
        new.mkdir(mode=0o700)
        account.take(new)
        _run(
            # By its socket, which only its owner reaches; by no network, should one be configured.
            *(account, binaries / "initdb", f"--pgdata={new}", "--username=sift"),
            *("--auth-local=trust", "--auth-host=reject"),
            *("--encoding=UTF8", *_locale(major), *([] if self._durable else ["--no-sync"])),
        )
        _run(
            *(account, binaries / "postgres", "--single", "-D", str(new)),
            *("-c", "exit_on_error=on", "postgres"),
            given="CREATE DATABASE sift\n",
        )
        new.rename(data)

    def _options(self) -> str:
        """The server's settings, as words for a shell."""
        # A list of folders, each of which may stand in double quotes.
        folder = {"unix_socket_directories": f'"{socket_folder(self.data)}"'}
        settings = _ALWAYS | folder | self._settings
        return shlex.join(word for item in settings.items() for word in ("-c", "=".join(item)))

    def _stop(self) -> None:
        if self._state() == "down":
            return
        account = account_for(self.data, self.var.parent)
        _, binaries = binaries_for(self.data, self.var, account)
        try:
            self._pg_ctl(account, binaries, "stop", "--silent", "--mode=fast")
        except EmbeddedPostgresFailed:
            if self._state() != "down":  # it had not ended meanwhile by itself
                self._pg_ctl(account, binaries, "stop", "--silent", "--mode=immediate")

    def _pg_ctl(self, account: Account, binaries: Path, *words: str) -> None:
        try:
            wait = ["--wait", f"--timeout={_LONGEST_WAIT}"]
            _run(account, binaries / "pg_ctl", f"--pgdata={self.data}", *wait, *words)
        except EmbeddedPostgresFailed as error:
            raise EmbeddedPostgresFailed(f"{self._last_fault() or error} See {self._log}") from None

    @property
    def _log(self) -> Path:
        return self.data / "server.log"

    def _last_fault(self) -> str | None:
        """What the server itself said last of why it gave up."""
        with contextlib.suppress(OSError):
            faults = re.findall(r"FATAL:  (.+)", self._log.read_text(errors="replace"))
            return f"PostgreSQL did not start: {faults[-1]}." if faults else None
        return None

    # --- What stands ---------------------------------------------------------------------------

    def _state(self) -> str:
        """`down`, `starting`, `ready` or `stopping`.

        From `postmaster.pid`, which the server writes: line 1 its process, line 8 its state.
        """
        path = self.data / "postmaster.pid"
        try:
            lines = path.read_text().splitlines()
            pid = int(lines[0])
        except FileNotFoundError:
            return "down"
        except PermissionError:
            data_version(self.data)  # raises and says whose it is
            raise
        except (IndexError, ValueError):  # written half: the disk was full, or the power went
            self._remove_pid_files()
            return "down"
        if not _is_alive(pid):
            return "down"  # the server itself clears up after such an end
        if self._is_somebody_else(pid):
            # After a reboot the number has come to another process, or nobody has waited for the
            # killed server. PostgreSQL sees only that the number is taken and would never start.
            self._remove_pid_files()
            return "down"
        said = lines[7].strip() if len(lines) > 7 else "starting"
        return said if said in {"ready", "stopping"} else "starting"

    def _remove_pid_files(self) -> None:
        """Data and socket have one each."""
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (socket_folder(self.data) / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)

    def _is_somebody_else(self, pid: int) -> bool:
        """Whether that process is surely not this data's server; False where it cannot be told."""
        try:
            command = _command_of(pid)
        except OSError:
            return False
        if str(self.data) in command:
            return False
        # Moved while it ran? A server works in the folder of its data.
        with contextlib.suppress(OSError):
            return not os.path.samefile(f"/proc/{pid}/cwd", self.data)
        return True


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _command_of(pid: int) -> str:
    """The process's command line; empty for one that has ended and was not yet waited for."""
    if Path("/proc/self/cmdline").exists():
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes())
    listed = subprocess.run(  # noqa: S603 - macOS has no /proc
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False
    )
    return os.fsdecode(listed.stdout)


def _locale(major: int) -> list[str]:
    """`C.UTF-8`, which knows that É is a capital: PostgreSQL's own from 17, before it libc's."""
    if major >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8"]


def _run(account: Account, program: Path, *words: str, given: str | None = None) -> None:
    """Run one of PostgreSQL's programs to its end; EmbeddedPostgresFailed with its last words.

    It runs in a session of its own, out of the terminal's reach: a Ctrl-C comes to this process
    alone, which then asks the program to clear up.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(_put_off())  # until the program is known, and can be ended
        process = subprocess.Popen(  # noqa: S603 - our own programs
            [program, *words],
            cwd="/",
            env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
            **account.switch,
        )
        try:
            stack.close()
            _, said = process.communicate(given)
        except BaseException:
            with _undisturbed(), contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)
                process.communicate()
            raise
    if process.returncode != 0:
        last = said.strip().splitlines()[-1:] or [f"exit status {process.returncode}"]
        raise EmbeddedPostgresFailed(f"{program.name} failed: {last[0]}")


_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """A second Ctrl-C does not break off what clears up after the first."""
    with _handling_by(lambda number, frame: None):
        yield


@contextlib.contextmanager
def _put_off() -> Iterator[None]:
    """A Ctrl-C within takes effect at the end."""
    came: list[int] = []
    try:
        with _handling_by(lambda number, frame: came.append(number)):
            yield
    finally:
        for number in came:
            signal.raise_signal(number)


@contextlib.contextmanager
def _handling_by(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Within, that handler has the signals that end a process. Only the main thread gets any."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _ENDINGS}
    ignored = {number for number, was in before.items() if was in (signal.SIG_IGN, None)}
    for number in before.keys() - ignored:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in before.keys() - ignored:
            signal.signal(number, before[number])


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


PROJECT = EmbeddedPostgres(VAR)


def main() -> int:
    """Run `pg_dump`, `pg_restore`, `psql`... on the embedded server; return its exit status."""
    program, words = sys.argv[1], sys.argv[2:]
    with PROJECT.in_use():
        env = os.environ | {
            "PGHOST": str(socket_folder(PROJECT.data)),
            "PGPORT": "5432",
            "PGUSER": "sift",
            "PGDATABASE": "sift",
        }
        return subprocess.run([PROJECT.program(program), *words], env=env, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python -m sift_site.development.embedded_postgres pg_dump|psql ...")
    try:
        sys.exit(main())
    except EmbeddedPostgresFailed as failed:
        sys.exit(str(failed))
