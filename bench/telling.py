"""How quickly webhooks are told: `.venv/bin/python -m bench.telling`.

One worker with its eight threads tells a receiver on loopback what stands in the feed; then the
same beside an endpoint that takes every connection and never answers. Then so many conversations
are captured a second, and each event's way is timed, from its commit to its first try.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from bench.capturing import _received
from bench.database import PROJECT, environment, manage
from sift_site.development.embedded_postgres import EmbeddedPostgres
from sift_site.development.var_folder import VAR

SERVER = EmbeddedPostgres(VAR, "telling-postgres")
LONGEST = 120.0  # seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--captures", type=int, default=2_000, help="whose events are told at once")
    parser.add_argument("--rate", type=int, default=50, help="captures a second")
    parser.add_argument("--seconds", type=int, default=20, help="of captures at that rate")
    asked = parser.parse_args()
    with SERVER.in_use() as url, _receiver() as quick, _hanging() as hangs:
        _set_up(url)
        agency = _agency()
        _capture(agency, asked.captures)
        _endpoint(agency, quick)
        with _worker(url):
            _say("one endpoint", _rate())
            _endpoint(agency, hangs)
            _set_back()
            _say("beside one that hangs", _rate())
            _say_latencies(agency, asked.rate, asked.seconds)


# --- What is told --------------------------------------------------------------------------------
def _set_up(url: str) -> None:
    manage(url, "migrate", "--verbosity=0")
    os.environ.update(environment(url), DJANGO_SETTINGS_MODULE="sift_site.settings")
    os.environ["SIFT_WEBHOOK_ALLOW"] = "127.0.0.0/8"
    import django

    django.setup()


def _agency() -> Any:
    from organisations.models import Organisation

    slug = f"told-{time.time_ns()}"
    return Organisation.objects.create(name="Told & Co", slug=slug, plan="growth")


def _capture(agency: Any, number: int) -> None:
    from conversations.capture import capture

    mark = str(time.time_ns())
    for first in range(0, number, 20):
        capture(agency, [_received(mark, each) for each in range(first, first + 20)])


def _endpoint(agency: Any, url: str) -> None:
    """One that is told all from the beginning."""
    from organisations.actors import SYSTEM
    from webhooks.models import Endpoint
    from webhooks.setting_up import create

    made, _ = create(agency, url, types=["*"], by=SYSTEM)
    Endpoint.objects.filter(pk=made.pk).update(position=0)


def _quick() -> Any:
    from webhooks.models import Endpoint

    return Endpoint.objects.order_by("-organisation_id", "id")[0]


def _set_back() -> None:
    from webhooks.models import Delivery, Endpoint

    Delivery.objects.all()._raw_delete("default")
    Endpoint.objects.filter(pk=_quick().pk).update(position=0)


# --- Measuring -----------------------------------------------------------------------------------
def _rate() -> float:
    """Deliveries a second, from the first to the last of all that the feed has."""
    from django.db.models import Count, Max, Min

    from organisations.models import Feed
    from webhooks.models import Delivery

    quick = _quick()
    latest = Feed.objects.get(organisation_id=quick.organisation_id).position
    ours = Delivery.objects.filter(endpoint_id=quick.pk)
    deadline = time.monotonic() + LONGEST
    while ours.values("position").distinct().count() < latest and time.monotonic() < deadline:
        time.sleep(0.5)
    told = ours.aggregate(number=Count("id"), first=Min("created_at"), last=Max("created_at"))
    return float(told["number"] / (told["last"] - told["first"]).total_seconds())


def _say(what: str, rate: float) -> None:
    sys.stdout.write(f"{what:24} {rate:6.0f} deliveries a second\n")
    sys.stdout.flush()


def _say_latencies(agency: Any, rate: int, seconds: int) -> None:
    from conversations.capture import capture
    from organisations.models import Change, Feed
    from webhooks.models import Delivery

    after = Feed.objects.get(organisation=agency).position
    mark, began = str(time.time_ns()), time.monotonic()
    for number in range(rate * seconds):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        capture(agency, [_received(mark, number)])
    took = time.monotonic() - began
    _rate()
    ours = Delivery.objects.filter(endpoint_id=_quick().pk, number=1, position__gt=after)
    committed = dict(
        Change.objects.filter(organisation=agency, position__gt=after).values_list(
            "position", "created_at"
        )
    )
    waits = sorted(
        (sent - committed[position]).total_seconds()
        for position, sent in ours.values_list("position", "created_at")
    )
    middle, late = statistics.median(waits), waits[int(len(waits) * 0.95)]
    sys.stdout.write(
        f"{rate * seconds / took:.0f} captures a second, {len(waits):,} events: first tried after "
        f"{middle:.2f} s (median), {late:.2f} s (95 in 100), {waits[-1]:.2f} s (the last)\n"
    )


# --- Who takes part ------------------------------------------------------------------------------
@contextlib.contextmanager
def _worker(url: str) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "work"],
        cwd=PROJECT,
        env=environment(url) | {"SIFT_WEBHOOK_ALLOW": "127.0.0.0/8", "SIFT_WORK_THREADS": "8"},
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def _receiver() -> Iterator[str]:
    """A process that answers each request with 204, and does nothing besides."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        process = multiprocessing.Process(target=_answer, args=(listener,), daemon=True)
        process.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        process.terminate()
        process.join()


@contextlib.contextmanager
def _hanging() -> Iterator[str]:
    """A socket on which connections are made and nothing is ever read."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


class _Answering(asyncio.Protocol):
    """HTTP as far as the worker speaks it: a head, and a body of a length that it names."""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._got = b""

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, ended, rest = self._got.partition(b"\r\n\r\n")
        if not ended:
            return
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        if len(rest) >= length:
            self._got = rest[length:]
            self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")


def _answer(listener: socket.socket) -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(_Answering, sock=listener)
        await server.serve_forever()

    asyncio.run(serve())


if __name__ == "__main__":
    main()
