"""Redis and the mail server: gone, slow, refusing. Nobody's request may depend on them."""

import contextlib
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator

import psycopg

from sift_site.development.var_folder import VAR
from tests.faults.fault import Fault
from tests.faults.installation import Installation, installation
from tests.faults.supervised import Supervised
from tests.mail_server import mail_server
from tests.servers import free_port, listening_socket, redis_program

_LASTS = 5.0  # seconds
_LETTERS = 3  # that are written in the meantime
_LEAVE_WITHIN = 25.0  # seconds: a letter's second try, and a pause after the mail server failed


# --- Redis ---------------------------------------------------------------------------------------
def _lacks_redis() -> str | None:
    return None if redis_program() else "there is no Redis here"


@contextlib.contextmanager
def _with_redis() -> Iterator[Installation]:
    """Two processes of the server, which count in a Redis that they reach by way of a proxy."""
    port = free_port()
    words = [str(redis_program()), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    redis = Supervised(words, {}, VAR / "faults-redis.log")
    with redis.running(), _proxy(port) as (proxy_port, passes):
        env = {"REDIS_URL": f"redis://127.0.0.1:{proxy_port}/0", "WEB_CONCURRENCY": "2"}
        with installation(env=env) as there:
            there.beside.update(redis=redis, passes=passes)
            yield there


@contextlib.contextmanager
def _proxy(port: int) -> Iterator[tuple[int, threading.Event]]:
    """Passes on what comes to a port of its own, for as long as the event is set."""
    passes = threading.Event()
    passes.set()

    def pass_on(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError), source, target:
            while said := source.recv(64 * 1024):
                passes.wait()
                target.sendall(said)

    def accept(listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", port), timeout=1)
            except ConnectionRefusedError:
                client.close()
                continue
            except OSError:
                return  # the listener was closed
            server.settimeout(None)
            for ends in ((client, server), (server, client)):
                threading.Thread(target=pass_on, args=ends, daemon=True).start()

    with listening_socket() as listener:
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        yield int(listener.getsockname()[1]), passes
        listener.shutdown(socket.SHUT_RDWR)


def _kill_redis(there: Installation) -> None:
    there.beside["redis"].kill()
    time.sleep(_LASTS)


def _slow_redis(there: Installation) -> None:
    there.beside["passes"].clear()
    time.sleep(_LASTS)
    there.beside["passes"].set()


# --- Mail ----------------------------------------------------------------------------------------
@contextlib.contextmanager
def _with_mail() -> Iterator[Installation]:
    with mail_server() as post, installation(env=post.environment) as there:
        there.beside.update(post=post)
        yield there


def _mail_gone(there: Installation) -> None:
    there.beside["post"].stop()
    _have_letters_written(there)
    there.beside["post"].start()


def _mail_slow(there: Installation) -> None:
    there.beside["post"].greets.clear()
    _have_letters_written(there)
    there.beside["post"].greets.set()


def _mail_refuses(there: Installation) -> None:
    there.beside["post"].refusals["MAIL"] = "451 4.3.0 come back later"
    _have_letters_written(there)
    there.beside["post"].refusals.clear()


def _have_letters_written(there: Installation) -> None:
    """Admins hear by letter of each endpoint that is made."""
    with there.api(longest=30) as api:
        for _ in range(_LETTERS):
            endpoint = {"url": there.receiver.url, "types": ["*"], "enabled": False}
            made = api.post("/webhook-endpoints", json=endpoint).raise_for_status().json()
            api.delete(f"/webhook-endpoints/{made['id']}").raise_for_status()
    time.sleep(_LASTS)


def _letters_left(there: Installation) -> Iterable[str]:
    """What is wrong with the letters: each leaves, once."""
    ends = time.monotonic() + _LEAVE_WITHIN
    while (waiting := _waiting(there)) and time.monotonic() < ends:
        time.sleep(0.2)
    if waiting:
        yield f"{waiting} letters have not left within {_LEAVE_WITHIN:.0f} s"
    taken = Counter(letter["Message-ID"] for letter in there.beside["post"].accepted)
    if len(taken) < _LETTERS:
        yield f"only {len(taken)} letters were taken"
    yield from (f"a letter was taken {n} times" for n in taken.values() if n > 1)


def _waiting(there: Installation) -> int:
    with psycopg.connect(there.url) as connection:
        asked = "SELECT count(*) FROM organisations_letter WHERE sent_at IS NULL"
        row = connection.execute(asked).fetchone()
    return int(row[0]) if row else 0


FAULTS = (
    Fault(name="Redis killed", inflict=_kill_redis, install=_with_redis, lacks=_lacks_redis),
    Fault(name="Redis slow", inflict=_slow_redis, install=_with_redis, lacks=_lacks_redis),
    Fault(name="mail gone", inflict=_mail_gone, install=_with_mail, holds=_letters_left),
    Fault(name="mail slow", inflict=_mail_slow, install=_with_mail, holds=_letters_left),
    Fault(name="mail refused", inflict=_mail_refuses, install=_with_mail, holds=_letters_left),
)
