"""The worker as a process: how it waits, how it ends, and what it survives."""

import signal
import threading
import time
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.db.backends.signals import connection_created
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from organisations.models import Letter
from sift_site.models import Duty
from sift_site.working import duties
from sift_site.working.kinds import Kind, all_kinds
from sift_site.working.turns import Turns
from sift_site.working.worker import LONGEST_FAREWELL, RESTS_WITHOUT_ROOM, _due
from tests.factories import make_organisation
from tests.mail_server import mail_server
from tests.servers import work
from tests.waiting import wait_for
from tests.working.conftest import HURRIED, HURRIED_LOOKS_EVERY, make_letter
from tests.working.wire import wire

pytestmark = pytest.mark.django_db(transaction=True)


# --- Waiting --------------------------------------------------------------------------------------
def test_one_statement_finds_out_what_is_due_of_every_kind():
    kinds = all_kinds()
    for kind in kinds:
        kind.begin()

    with CaptureQueriesContext(connection) as asked:
        due = _due(kinds)
        Duty.objects.update(due_at=Now())
        make_letter()
        assert _due(kinds) - {"webhooks"} == {"duties", "letters"}

    assert len([one for one in asked if one["sql"].startswith("(SELECT")]) == 2
    assert due - {"webhooks"} == {"duties"}


def test_an_idle_worker_asks_once_at_each_look_however_many_threads_it_has(working, asked):
    duties.enrol()
    Duty.objects.update(due_at=Now() + timedelta(seconds=14))
    with working(threads=8):
        wait_for(lambda: sum(sql.startswith("(SELECT") for sql in asked) > 1)  # it has begun
        asked.clear()
        began = time.monotonic()
        wait_for(lambda: len(asked) > 5)
        made, passed = list(asked), time.monotonic() - began

    looks = [sql for sql in made if sql.startswith("(SELECT")]
    assert len(looks) <= passed / HURRIED_LOOKS_EVERY + 1
    assert len(made) - len(looks) <= 1  # a sign of life


@pytest.fixture
def asked():
    """Every statement of connections that begin from now on."""
    made: list[str] = []

    def note(execute, sql, params, many, context):
        made.append(sql)
        return execute(sql, params, many, context)

    def listen(connection, **more) -> None:
        connection.execute_wrappers.append(note)

    connection_created.connect(listen)
    yield made
    connection_created.disconnect(listen)


# --- Ending ---------------------------------------------------------------------------------------
def test_told_to_stop_it_finishes_what_is_under_way_and_begins_nothing_more():
    agency = make_organisation()
    with (
        mail_server() as post,
        work(env=HURRIED | post.environment | {"SIFT_WORK_THREADS": "1"}) as worker,
    ):
        post.answers_the_end.clear()
        make_letter(agency)
        wait_for(lambda: post.received)
        make_letter(agency)

        worker.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert worker.process.poll() is None
        post.answers_the_end.set()
        assert worker.process.wait(10) == 0

    assert len(post.accepted) == 1
    assert Letter.objects.waiting().count() == 1
    assert worker.process.returncode == 0


def test_what_does_not_come_to_its_end_within_ten_seconds_is_left_to_another():
    assert 7 < LONGEST_FAREWELL < 9  # and Python ends within a second
    hurried = HURRIED | {"LONGEST_FAREWELL": "1"}
    with mail_server() as post, work(env=hurried | post.environment) as worker:
        post.answers_the_end.clear()
        make_letter()
        wait_for(lambda: post.received)
        begun = time.monotonic()

        worker.process.send_signal(signal.SIGTERM)
        assert worker.process.wait(12) == 0

        assert time.monotonic() - begun > 0.9
        assert "The worker ends, and leaves 1 piece undone." in worker.logged()
        assert Letter.objects.waiting().count() == 1


@pytest.mark.parametrize("value", ["0", "many"])
def test_a_number_of_threads_that_is_none_is_refused_in_one_line(value):
    with work(env={"SIFT_WORK_THREADS": value}) as worker:
        assert worker.process.wait(20) == 1

        said = f"manage.py: SIFT_WORK_THREADS is '{value}'; it takes a whole number from 1 up.\n"
        assert worker.logged() == said


# --- What goes away -------------------------------------------------------------------------------
def nothing_is_under_way() -> bool:
    to_run_first = Duty.objects.filter(last_ran_at=None)
    letters = Letter.objects.waiting()
    return Duty.objects.exists() and not to_run_first.exists() and not letters.exists()


def test_it_waits_for_a_database_that_is_away_and_goes_on_with_one_line_for_each():
    agency = make_organisation()
    with mail_server() as post, wire() as way:
        environment = HURRIED | post.environment | {"DATABASE_URL": way.url}
        with work(env=environment | {"SECRET_KEY": SECRET_KEY}) as worker:
            make_letter(agency, to="before@example.com")
            wait_for(lambda: post.letters_to("before@example.com"))
            wait_for(nothing_is_under_way)  # what ends just then would say that it answers

            way.cut()
            make_letter(agency, to="meanwhile@example.com")
            wait_for(lambda: "cannot be asked" in worker.logged())
            time.sleep(0.5)  # it looks many times
            assert not post.letters_to("meanwhile@example.com")
            way.join()
            wait_for(lambda: post.letters_to("meanwhile@example.com"))

            said = worker.logged()
    assert len(post.accepted) == 2
    assert said.count("The database cannot be asked (OperationalError)") == 1
    assert said.count("The database answers again.") == 1
    assert "Traceback" not in said


def test_it_starts_before_its_database_does():
    with mail_server() as post, wire() as way:
        way.cut()
        environment = (
            HURRIED | post.environment | {"DATABASE_URL": way.url, "SECRET_KEY": SECRET_KEY}
        )
        with work(env=environment) as worker:
            wait_for(lambda: "cannot be asked" in worker.logged())
            make_letter()
            way.join()
            wait_for(lambda: post.accepted)


SECRET_KEY = "for-tests-only-and-never-for-a-deployment-0123456789"


def test_it_waits_for_migrations_that_have_not_run_and_complains_once_in_a_while(working, caplog):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sift_site_beat RENAME TO elsewhere")
    try:
        with working():
            wait_for(lambda: "look at what is due failed" in caplog.text)
            time.sleep(0.5)  # likewise
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO sift_site_beat")

    assert caplog.text.count("look at what is due failed") == 1


def test_a_full_disk_of_the_database_is_one_line_and_one_when_it_has_room(
    working, caplog, monkeypatch
):
    """What cannot be written meanwhile is tried again within seconds."""
    assert RESTS_WITHOUT_ROOM < 5
    monkeypatch.setattr("sift_site.working.worker.RESTS_WITHOUT_ROOM", 0.5)
    full = [True]
    refused: list[float] = []
    done: list[float] = []

    def writes() -> bool:
        with connection.cursor() as cursor:
            if full[0]:
                refused.append(time.monotonic())
                cursor.execute("DO $$ BEGIN RAISE 'no room' USING ERRCODE = 'disk_full'; END $$")
            done.append(time.monotonic())
        return len(done) == 1

    with working(kind("letters", writes), threads=1):
        wait_for(lambda: "has no room" in caplog.text)
        wait_for(lambda: len(refused) == 3)
        full[0] = False
        freed = time.monotonic()
        wait_for(lambda: "has room again" in caplog.text)

    assert refused[2] - refused[0] > 1.0  # it rested in between
    assert done[0] - freed < 2.5
    assert caplog.text.count("The database has no room (DiskFull)") == 1
    assert caplog.text.count("The database has room again.") == 1
    assert "Traceback" not in caplog.text


def test_a_connection_that_the_server_has_ended_costs_no_piece_of_work():
    agency = make_organisation()
    with mail_server() as post, work(env=HURRIED | post.environment) as worker:
        for number in range(1, 4):
            make_letter(agency, to=f"person{number}@example.com")
            wait_for(lambda number=number: len(post.accepted) == number)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )

        assert "Traceback" not in worker.logged()


# --- Turns ----------------------------------------------------------------------------------------
def kind(name: str, do_one=lambda: False, **more) -> Kind:
    return Kind(name=name, do_one=do_one, **more)


def taken(turns: Turns, threads: int) -> list[str]:
    """What so many threads would be at, were no piece ever done."""
    names: list[str] = []

    def take() -> None:
        if found := turns.take():
            names.append(found.name)

    running = [threading.Thread(target=take) for _ in range(threads)]
    for thread in running:
        thread.start()
        thread.join(0.2)
    turns.close()
    for thread in running:
        thread.join(5)
    return sorted(names)


def test_a_kind_whose_pieces_hang_leaves_a_thread_to_each_other_kind():
    turns = Turns([kind("letters"), kind("duties"), kind("webhooks")], 8)

    turns.offer({"webhooks"})

    assert taken(turns, 8) == ["webhooks"] * 6


def test_a_kind_has_no_more_threads_than_it_may():
    turns = Turns([kind("letters", most=2), kind("webhooks")], 8)

    turns.offer({"letters", "webhooks"})

    assert taken(turns, 8) == ["letters"] * 2 + ["webhooks"] * 6


def test_with_one_thread_every_kind_has_its_turn():
    done: list[str] = []
    left = {"a": 3, "b": 3}

    def one_of(name: str):
        def do_one() -> bool:
            left[name] -= 1
            done.append(name)
            return left[name] > 0

        return do_one

    turns = Turns([kind("a", one_of("a")), kind("b", one_of("b"))], 1)
    turns.offer({"a", "b"})
    for _ in range(6):
        taken_kind = turns.take()
        assert taken_kind
        turns.give_back(taken_kind, found=taken_kind.do_one())

    assert done == ["a", "b"] * 3


def test_a_piece_that_lost_its_database_is_done_as_soon_as_that_answers(working, monkeypatch):
    monkeypatch.setattr("sift_site.working.worker.RESTS_AFTER_A_FAULT", 600.0)
    tries = []

    def loses_it_once() -> bool:
        tries.append(1)
        if len(tries) == 1:
            raise psycopg.OperationalError("the connection was lost")
        return False

    with working(kind("unlucky", loses_it_once), threads=1):
        wait_for(lambda: len(tries) >= 2)


def test_a_piece_that_fails_is_logged_and_its_kind_rests_while_others_go_on(working, caplog):
    tries, others = [], []

    def fails() -> bool:
        tries.append(1)
        raise RuntimeError("a fault of ours")

    def works() -> bool:
        others.append(1)
        return False

    with working(kind("faulty", fails), kind("good", works), threads=2):
        wait_for(lambda: len(others) >= 3)

    assert len(tries) == 1
    assert "A piece of work failed (faulty)." in caplog.text
    assert "a fault of ours" in caplog.text
