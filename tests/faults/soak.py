"""Everything at once, with everything failing in its turn: `.venv/bin/python -m tests.faults.soak`.

A website captures so many conversations a second and repeats what was not acknowledged, three
webhooks are told (one slow, one that fails at every second try, one that is away for a while), and
an admin has letters about hot leads. Meanwhile one of two workers is killed every half minute, the
server is restarted twice and PostgreSQL once. In the end each acknowledged capture is there once,
each endpoint was told every event, none of a lead's out of order, and each letter left once.
"""

import argparse
import contextlib
import itertools
import logging
import os
import queue
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

import httpx

from bench.database import environment, manage
from sift_site.development.embedded_postgres import EmbeddedPostgres
from sift_site.development.var_folder import VAR
from tests.faults.supervised import Supervised
from tests.mail_server import MailServer, mail_server
from tests.servers import free_port
from tests.webhooks.receivers import Answer, Received, Receiver, receiver

SERVER = EmbeddedPostgres(VAR, "soak-postgres")
SENDERS = 6
HOT_ONE_IN = 10  # captures
GROWS_ONE_IN = 4  # captures say more a little later
_SERVE, _WORK = ["-m", "gunicorn", "sift_site.wsgi"], ["manage.py", "work"]
SLOW = 0.1  # seconds
KILLED_EVERY = 30.0  # seconds
LONGEST_DRAIN = 600.0  # seconds, until all is told once everything works again
HOT = {"intent": "buy", "area": "Didsbury", "budget_max": 350_000, "timeline": "asap"}
HOT |= {"bedrooms_min": 3, "viewing_requested": True, "financing_status": "cash_proven"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--rate", type=int, default=20, help="captures a second")
    asked = parser.parse_args()
    with SERVER.in_use() as url, mail_server() as post, contextlib.ExitStack() as open_until_end:
        receivers = [open_until_end.enter_context(receiver()) for _ in range(3)]
        run = Run(url, post, receivers, asked.seconds, asked.rate)
        run.soak()
        return run.report()


class Sent(NamedTuple):
    """A capture that was acknowledged: its name, and the lead that it became."""

    name: str
    lead_id: str
    is_hot: bool


class Run:
    """One soak: who takes part, and what came of it."""

    def __init__(
        self, url: str, post: MailServer, receivers: list[Receiver], seconds: int, rate: int
    ) -> None:
        self.url, self.post, self.seconds, self.rate = url, post, seconds, rate
        self.slow, self.failing, self.away = receivers
        self.port = free_port()
        self.sent: list[Sent] = []
        self.repeats: Counter[str] = Counter()  # answers that were no acknowledgement
        self.faults: Counter[str] = Counter()
        self.agency = self._set_up()

    def _set_up(self) -> Any:
        manage(self.url, "migrate", "--verbosity=0")
        os.environ.update(self._environment(), DJANGO_SETTINGS_MODULE="sift_site.settings")
        import django

        django.setup()
        logging.getLogger("httpx").setLevel(logging.WARNING)
        return _agency_with([each.url for each in (self.slow, self.failing, self.away)])

    def _environment(self) -> dict[str, str]:
        return environment(self.url) | {
            **self.post.environment,
            "PORT": str(self.port),
            "WEB_THREADS": "8",
            "SIFT_RATE_CAPTURE": "100000/m",
            "SIFT_WEBHOOK_ALLOW": "127.0.0.0/8",
        }

    # --- What happens -------------------------------------------------------------------------
    def soak(self) -> None:
        self._have_receivers_fail()
        server, *workers = (
            Supervised([sys.executable, *words], self._environment(), VAR / "soak.log")
            for words in (_SERVE, _WORK, _WORK)
        )
        with server.running(), workers[0].running(), workers[1].running():
            ends = time.monotonic() + self.seconds
            plan = self._plan(server, workers)
            self._send_until(ends, plan)
            self._drain()

    def _have_receivers_fail(self) -> None:
        turns = itertools.count()
        goes, comes_back = self.seconds * 0.2, self.seconds * 0.4
        began = time.monotonic()

        def slowly(_: Received) -> Answer:
            time.sleep(SLOW)
            return Answer()

        def by_turns(_: Received) -> Answer:
            return Answer(500 if next(turns) % 2 else 204)

        def not_for_a_while(_: Received) -> Answer:
            is_away = goes < time.monotonic() - began < comes_back
            return Answer(503 if is_away else 204)

        self.slow.answers, self.failing.answers = slowly, by_turns
        self.away.answers = not_for_a_while

    def _plan(
        self, server: Supervised, workers: list[Supervised]
    ) -> list[tuple[float, Callable[[], None]]]:
        """What is done to whom, by the seconds after which."""
        kills = int(self.seconds / KILLED_EVERY)
        plan: list[tuple[float, Callable[[], None]]] = [
            (KILLED_EVERY * n, partial(self._kill, workers[n % 2])) for n in range(1, kills)
        ]
        plan += [(self.seconds * share, partial(self._restart, server)) for share in (0.25, 0.75)]
        plan += [(self.seconds * 0.5, self._restart_postgres)]
        return sorted(plan, key=lambda step: step[0])

    def _kill(self, worker: Supervised) -> None:
        worker.kill()
        self.faults["a worker was killed"] += 1

    def _restart(self, server: Supervised) -> None:
        server.restart()
        self.faults["the server was restarted"] += 1

    def _restart_postgres(self) -> None:
        SERVER._stop()
        SERVER._ensure_up()
        self.faults["PostgreSQL was restarted"] += 1

    def _send_until(self, ends: float, plan: list[tuple[float, Callable[[], None]]]) -> None:
        began = time.monotonic()
        waiting: queue.Queue[tuple[str, dict[str, Any]] | None] = queue.Queue()
        senders = [threading.Thread(target=self._send, args=(waiting,)) for _ in range(SENDERS)]
        for sender in senders:
            sender.start()
        for number in itertools.count():
            due = began + number / self.rate
            if due > ends:
                break
            while plan and time.monotonic() - began > plan[0][0]:
                _, act = plan.pop(0)
                threading.Thread(target=act).start()
            time.sleep(max(0.0, due - time.monotonic()))
            waiting.put(_said(number))
            if number % GROWS_ONE_IN == 0 and number > self.rate:
                waiting.put(_said(number - self.rate, more=True))
            if number % (self.rate * 30) == 0:
                _say(f"{number / self.rate:4.0f} s: {len(self.sent):,} captures acknowledged")
        for _ in senders:
            waiting.put(None)
        for sender in senders:
            sender.join()

    def _send(self, waiting: queue.Queue[tuple[str, dict[str, Any]] | None]) -> None:
        with httpx.Client(timeout=30) as client:
            while said := waiting.get():
                name, body = said
                answer = self._until_acknowledged(client, body)
                is_hot = "financing_status" in body["lead"]
                self.sent.append(Sent(name, answer["lead"]["id"], is_hot))

    def _until_acknowledged(self, client: httpx.Client, body: dict[str, Any]) -> dict[str, Any]:
        address = f"http://127.0.0.1:{self.port}/api/v1/conversations"
        headers = {"Authorization": f"Bearer {self.key}"}
        while True:
            try:
                answer = client.post(address, json=body, headers=headers)
            except httpx.TransportError as error:
                self.repeats[type(error).__name__] += 1
            else:
                if answer.status_code in {200, 201}:
                    found: dict[str, Any] = answer.json()
                    return found
                self.repeats[str(answer.status_code)] += 1
            time.sleep(0.2)

    def _drain(self) -> None:
        """All works again, and what waits is told as by "Redeliver all that failed"."""
        from django.db import connection
        from django.db.models.functions import Now

        from webhooks.models import Endpoint, Waiting

        connection.close()  # PostgreSQL was restarted
        for each in (self.slow, self.failing, self.away):
            each.answers = lambda _: Answer()
        ends = time.monotonic() + LONGEST_DRAIN
        while time.monotonic() < ends:
            Waiting.objects.filter(due_at__gt=Now()).update(due_at=Now())
            behind = Endpoint.objects.filter(position__lt=self._latest()).exists()
            if not behind and not Waiting.objects.exists() and not self._letters_wait():
                return
            time.sleep(1)
        _say("Not all was told in time.")

    def _latest(self) -> int:
        from organisations.models import Feed

        return Feed.objects.get(organisation=self.agency).position

    def _letters_wait(self) -> bool:
        from leads.models.alert import Alert
        from organisations.letters import sending

        return Alert.objects.filter(done_at=None).exists() or sending.due().exists()

    # --- What came of it ----------------------------------------------------------------------
    def report(self) -> int:
        """Say it; 1 where anything that must hold does not."""
        wrong = [*self._wrong_captures(), *self._wrong_letters()]
        for name in ("slow", "failing", "away"):
            wrong += self._wrong_events(name, getattr(self, name))
        for name in ("slow", "failing", "away"):
            self._say_waits(name)
        repeats = ", ".join(f"{n} {what}" for what, n in self.repeats.most_common()) or "none"
        faults = ", ".join(f"{what}: {n}" for what, n in self.faults.items())
        _say(f"Posts repeated: {repeats}\n{faults}")
        _say("\n".join(wrong) if wrong else "All holds.")
        return 1 if wrong else 0

    def _wrong_captures(self) -> Iterator[str]:
        from conversations.models import Conversation

        names = {each.name for each in self.sent}
        ours = Conversation.objects.for_organisation(self.agency)
        there = Counter(ours.values_list("external_id", flat=True))
        _say(f"{len(names):,} conversations acknowledged, {sum(there.values()):,} there")
        yield from (f"acknowledged and not there: {name}" for name in names - set(there))
        yield from (f"there {n} times: {name}" for name, n in there.items() if n > 1)

    def _wrong_events(self, name: str, there: Receiver) -> Iterator[str]:
        told: dict[int, int] = {}  # the place at which a position was first told, by position
        last: dict[str, int] = {}
        repeats = 0
        for place, event in enumerate(there.events):
            position, lead = event["position"], event["lead_id"]
            if position in told:
                repeats += 1
                continue
            told[position] = place
            if position < last.get(lead, 0):
                yield f"{name}: position {position} came after {last[lead]} of its lead"
            last[lead] = max(position, last.get(lead, 0))
        latest = self._latest()
        _say(f"{name}: {latest:,} events, {repeats:,} told more than once (tries that failed too)")
        missed = set(range(1, latest + 1)) - set(told)
        yield from (f"{name}: never told position {position}" for position in sorted(missed)[:20])

    def _wrong_letters(self) -> Iterator[str]:
        bodies = (letter.get_body(("plain",)) for letter in self.post.accepted)
        letters = [body.get_content() for body in bodies if body]
        hot = {each.lead_id for each in self.sent if each.is_hot}
        named = Counter(lead for lead in hot for letter in letters if f"/leads/{lead}/" in letter)
        ids = Counter(letter["Message-ID"] for letter in self.post.accepted)
        _say(f"{len(hot):,} hot leads, {len(letters):,} letters accepted")
        yield from (f"no letter names lead {lead}" for lead in hot - set(named))
        yield from (f"{n} letters name lead {lead}" for lead, n in named.items() if n > 1)
        yield from (f"letter {each} was taken {n} times" for each, n in ids.items() if n > 1)

    def _say_waits(self, name: str) -> None:
        from organisations.models import Change
        from webhooks.models import Delivery

        changes = Change.objects.filter(organisation=self.agency)
        committed = dict(changes.values_list("position", "created_at"))
        rows = Delivery.objects.filter(number=1, endpoint__url=getattr(self, name).url)
        waits = sorted(
            (at - committed[position]) / timedelta(seconds=1)
            for position, at in rows.values_list("position", "created_at")
        )
        _say(
            f"{name}: from commit to first try {statistics.median(waits):.2f} s "
            f"(median), {waits[int(len(waits) * 0.95)]:.2f} s (95 in 100), {waits[-1]:.2f} s (last)"
        )

    # --- Who takes part -----------------------------------------------------------------------
    @property
    def key(self) -> str:
        found: str = self.agency.key
        return found


def _agency_with(urls: list[str]) -> Any:
    """An agency that is always open, with an admin who has letters, a key and these webhooks."""
    from apikeys.issuing import issue
    from apikeys.models import Scope
    from organisations.actors import SYSTEM
    from organisations.models import AlertPosition, Organisation, User
    from organisations.models.opening_hours import WEEKDAYS
    from webhooks.models import Endpoint
    from webhooks.setting_up import create

    Endpoint.objects.all().delete()  # of earlier runs
    agency = Organisation.objects.create(
        name="Soaked & Co",
        slug=f"soaked-{time.time_ns()}",
        plan="scale",
        **{day: [0, 24 * 60] for day in WEEKDAYS},
    )
    ada = User.objects.create_user(
        organisation=agency,
        email=f"ada@{agency.slug}.example",
        name="Ada",
        role="admin",
        password=None,
    )
    User.objects.filter(pk=ada.pk).update(letter_of_hot_leads=True)
    AlertPosition.objects.begin(agency)
    _, agency.key = issue(agency, "Website", scope=Scope.CAPTURE, by=SYSTEM)
    for url in urls:
        create(agency, url, types=["*"], by=SYSTEM)
    return agency


def _said(number: int, *, more: bool = False) -> tuple[str, dict[str, Any]]:
    """A conversation's name and body; with `more`, as it stands a little later."""
    name = f"soak-{number}"
    lead: dict[str, Any] = {"name": f"Visitor {number}", "email": f"visitor-{number}@example.com"}
    if number % HOT_ONE_IN == 0:
        lead |= HOT | {"phone": f"07700 900{number % 1000:03}"}
    messages = [
        {"role": "user", "content": "Hi, is the house on Elm Grove still available?"},
        {"role": "assistant", "content": "It is. When would you like to see it?"},
    ]
    if more:
        messages.append({"role": "user", "content": "On Saturday morning, if that suits."})
    return name, {"channel": "website", "external_id": name, "lead": lead, "messages": messages}


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
