"""What a capture costs: `.venv/bin/python -m bench.capturing`.

In turn, round after round, on one connection: a bare transaction of psycopg's that inserts a lead,
a conversation and two messages, the rows that a capture writes; the same by `capture()`; and
batches of 100 as the API takes them. Then eight processes capture at once, of one agency and of
eight: the difference is what they wait for its counter. Beside them eight that take the counter and
insert the same four rows by psycopg, a statement each: what a writer loses that does nothing else.
"""

import argparse
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from multiprocessing.synchronize import Barrier
from typing import Any

from bench.database import environment, manage
from sift_site.development.embedded_postgres import EmbeddedPostgres
from sift_site.development.var_folder import VAR

SERVER = EmbeddedPostgres(VAR, "capturing-postgres")
AGENCIES = 8
LEADS = 4_000  # that are there before, of all agencies
ONE_BY_ONE = 200  # captures in a round
BATCHES = 5
BATCH = 100
WRITERS = 8
BY_EACH = 25  # captures of each writer in a turn
TURNS = 5  # of each kind in a round
COUNTER = """
    UPDATE organisations_feed SET position = position + 3, moment = clock_timestamp()
     WHERE organisation_id = %(organisation_id)s
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with SERVER.in_use() as url:
        manage(url, "migrate", "--verbosity=0")
        manage(url, "load_demo", f"--organisations={AGENCIES}", f"--leads={LEADS}")
        _set_up(url)
        _one_connection(rounds)
        _many_writers(url, rounds)


def _set_up(url: str) -> None:
    os.environ.update(environment(url), DJANGO_SETTINGS_MODULE="sift_site.settings")
    import django

    django.setup()


def _agencies() -> list[Any]:
    from organisations.models import Organisation

    return list(Organisation.objects.order_by("slug"))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


# --- One connection ------------------------------------------------------------------------------
def _one_connection(rounds: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    bare = Bare(_agencies()[0])
    works: dict[str, tuple[Callable[[str], None], int]] = {
        "bare transaction": (bare.insert, ONE_BY_ONE),
        "capture()": (_capture_one_by_one, ONE_BY_ONE),
        f"batch of {BATCH}": (_capture_batches, BATCHES * BATCH),
    }
    taken: dict[str, list[float]] = {}
    spent: dict[str, list[float]] = {}
    for number in range(rounds + 1):  # the first warms up
        for name, (do, conversations) in works.items():
            begun, began = time.process_time(), time.perf_counter()
            do(f"{number}-{time.time_ns()}")
            if number:
                taken.setdefault(name, []).append((time.perf_counter() - began) / conversations)
                spent.setdefault(name, []).append((time.process_time() - begun) / conversations)
    base = statistics.median(taken["bare transaction"])
    for name in works:
        middle = statistics.median(taken[name])
        cpu = statistics.median(spent[name])
        _say(
            f"{name:18} {middle * 1e6:7.0f} µs each, {cpu * 1e6:6.0f} µs of them Python's;"
            f" {1 / middle:6.0f} a second, {base / middle:5.2f} of the bare rate"
        )


def _received(mark: str, number: int) -> Any:
    from conversations.posted_format import PostedConversation, PostedMessage
    from leads.facts import LeadFacts

    return PostedConversation(
        channel="website",
        external_id=f"{mark}-{number}",
        lead=LeadFacts(name="Amara Osei", email=f"{mark}-{number}@example.com", area="Didsbury"),
        messages=[
            PostedMessage(role="user", content="Hi, is the house on Elm Grove still available?"),
            PostedMessage(role="assistant", content="It is. When would you like to see it?"),
        ],
    )


def _capture_one_by_one(mark: str) -> None:
    from conversations.capture import capture

    agency = _agencies()[0]
    for number in range(ONE_BY_ONE):
        capture(agency, [_received(mark, number)])


def _capture_batches(mark: str) -> None:
    from conversations.capture import capture
    from sift_site.api.batch import AT_ONCE

    agency = _agencies()[0]
    received = [_received(mark, number) for number in range(BATCHES * BATCH)]
    for first in range(0, len(received), AT_ONCE):
        capture(agency, received[first : first + AT_ONCE])


class Bare:
    """The same four rows by psycopg alone, each with a statement of its own."""

    def __init__(self, agency: Any) -> None:
        """The rows of one capture, as templates."""
        from conversations.capture import capture
        from conversations.models import Conversation, Message

        [captured] = capture(agency, [_received(f"template-{time.time_ns()}", 0)])
        conversation = Conversation.objects.select_related("lead").get(pk=captured.conversation_id)
        messages = Message.objects.filter(conversation=conversation).order_by("position")
        self.rows = [_columns(row) for row in (conversation.lead, conversation, *messages)]
        self.statements = [_insert(*row) for row in self.rows]

    def insert(self, mark: str) -> None:
        for number in range(ONE_BY_ONE):
            self.insert_one(f"{mark}-{number}")

    def insert_one(self, name: str, *, counted: bool = False) -> None:
        """In a transaction; `counted` takes the agency's counter first."""
        from django.db import connection

        from foundation.ids import uuid7

        connection.ensure_connection()
        raw = connection.connection
        lead_id, conversation_id = uuid7(), uuid7()
        new = [
            {"id": lead_id, "email_key": f"{name}@example.com"},
            {"id": conversation_id, "lead_id": lead_id, "external_id": name},
            {"id": uuid7(), "conversation_id": conversation_id},
            {"id": uuid7(), "conversation_id": conversation_id},
        ]
        with raw.transaction(), raw.cursor() as cursor:
            if counted:
                agency = self.rows[0][1]["organisation_id"]
                cursor.execute(COUNTER, {"organisation_id": agency}, prepare=True)
            for (_, values), statement, changed in zip(
                self.rows, self.statements, new, strict=True
            ):
                cursor.execute(statement, values | changed, prepare=True)


def _columns(row: Any) -> tuple[str, dict[str, Any]]:
    return row._meta.db_table, {
        f.column: getattr(row, f.attname) for f in row._meta.concrete_fields
    }


def _insert(table: str, values: dict[str, Any]) -> str:
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(f"%({name})s" for name in values)
    return f"INSERT INTO {table} ({names}) VALUES ({marks})"


# --- Eight writers -------------------------------------------------------------------------------
def _many_writers(url: str, rounds: int) -> None:
    """Of one agency, then each of its own, by turns of a moment: noise falls on all alike."""
    turns = [(is_bare, of_one) for is_bare in (True, False) for of_one in (True, False)]
    plan = turns * (TURNS * rounds)
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(WRITERS + 1)
    writers = [
        context.Process(target=_write, args=(url, place, barrier, plan)) for place in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    rates: dict[tuple[bool, bool], list[float]] = {}
    for turn in plan:
        barrier.wait()
        began = time.perf_counter()
        barrier.wait()
        seconds = time.perf_counter() - began
        rates.setdefault(turn, []).append(WRITERS * BY_EACH / seconds)
    for writer in writers:
        writer.join()
    for is_bare, name in ((True, "bare, with the counter"), (False, "capture()")):
        one, eight = (statistics.median(rates[is_bare, of_one]) for of_one in (True, False))
        _say(
            f"8 writers, {name:23} {one:5.0f} a second of one agency, {eight:5.0f} of eight:"
            f" {100 * (1 - one / eight):5.1f} % lost to the counter"
        )


def _write(url: str, place: int, barrier: Barrier, plan: Sequence[tuple[bool, bool]]) -> None:
    _set_up(url)
    from conversations.capture import capture

    agencies = _agencies()
    bare = {of_one: Bare(agencies[0 if of_one else place]) for of_one in (True, False)}
    for turn, (is_bare, of_one) in enumerate(plan):
        agency = agencies[0 if of_one else place]
        mark = f"{os.getpid()}-{turn}-{time.time_ns()}"
        barrier.wait()
        for number in range(BY_EACH):
            if is_bare:
                bare[of_one].insert_one(f"{mark}-{number}", counted=True)
            else:
                capture(agency, [_received(mark, number)])
        barrier.wait()


if __name__ == "__main__":
    main()
