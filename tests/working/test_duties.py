"""What is done by the clock: each duty by one worker at a time, and again when it is due."""

import signal
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from apikeys.models import Call, KeyReminder
from foundation.ids import uuid7
from organisations.actors import SYSTEM
from organisations.changes.numbering import NewChange, note, numbered_last
from organisations.models import Change, ChangeType, Letter, SentForm, Session
from sift_site.models import Beat, Duty
from sift_site.working import duties
from sift_site.working.absence import look_for_workers
from tests.factories import make_calls, make_key, make_organisation, make_user
from tests.servers import work
from tests.waiting import wait_for
from tests.working.conftest import HURRIED, make_letter

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


@pytest.fixture
def one_duty(monkeypatch):
    """Have this be the only duty, every hour; its row as it stands."""

    def of(act) -> Duty:
        monkeypatch.setattr(duties, "DUTIES", {"only": (HOUR, act)})
        duties.enrol()
        return Duty.objects.get(name="only")

    return of


def do_all() -> None:
    duties.enrol()
    Duty.objects.update(due_at=Now())
    while duties.do_one():
        pass


def test_a_duty_runs_when_it_is_due_and_its_row_says_when_it_did(one_duty):
    done = []
    one_duty(lambda: done.append("once"))

    assert [duties.do_one(), duties.do_one()] == [True, False]

    duty = Duty.objects.get()
    assert done == ["once"]
    assert duty.leased_until is None
    assert timezone.now() - duty.last_ran_at < timedelta(minutes=1)
    assert abs(duty.due_at - duty.last_ran_at - HOUR) < timedelta(seconds=5)

    Duty.objects.update(due_at=Now())
    assert duties.do_one()
    assert done == ["once", "once"]


def test_two_workers_never_do_one_at_once(one_duty, meanwhile):
    begun, goes_on, done = threading.Event(), threading.Event(), []

    def act() -> None:
        begun.set()
        goes_on.wait(20)
        done.append("once")

    one_duty(act)
    first = meanwhile(duties.do_one)
    assert begun.wait(20)

    assert not duties.due().exists()
    assert not duties.do_one()
    goes_on.set()

    assert first()
    assert done == ["once"]


def test_a_duty_of_a_worker_that_was_killed_is_anothers_once_its_lease_ends(one_duty):
    done = []
    one_duty(lambda: done.append("once"))
    Duty.objects.update(leased_until=Now() + timedelta(seconds=30))
    assert not duties.do_one()

    Duty.objects.update(leased_until=Now())
    assert duties.do_one()
    assert done == ["once"]


def test_a_duty_that_takes_longer_than_a_lease_stays_its_workers(one_duty, working, monkeypatch):
    monkeypatch.setattr(duties, "LEASE", timedelta(seconds=1))
    monkeypatch.setattr("sift_site.working.worker.RENEWED_EVERY", timedelta(seconds=0.1))
    goes_on, runs = threading.Event(), []

    def act() -> None:
        runs.append("begun")
        goes_on.wait(20)

    one_duty(act)
    with working(), working():
        wait_for(lambda: runs)
        lease = Duty.objects.get().leased_until
        later = lease + timedelta(seconds=1.2)
        wait_for(lambda: Duty.objects.filter(leased_until__gt=later).exists())
        goes_on.set()
        wait_for(lambda: Duty.objects.get().last_ran_at)

    assert runs == ["begun"]


def test_a_duty_that_fails_is_due_again_soon_and_was_not_done(one_duty):
    one_duty(lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        duties.do_one()

    duty = Duty.objects.get()
    assert (duty.last_ran_at, duty.leased_until) == (None, None)
    assert timedelta(0) < duty.due_at - timezone.now() <= duties.SOON


def test_a_row_of_another_version_is_left_alone():
    Duty.objects.create(name="of_another_version")

    assert not duties.due().exists()
    assert not duties.do_one()


# --- What they do ---------------------------------------------------------------------------------
def test_keys_that_end_soon_are_told_of_once(agency, admin):
    make_key(agency, expires_at=timezone.now() + timedelta(days=3))

    do_all()
    do_all()

    assert KeyReminder.objects.count() == 1
    assert [letter.kind for letter in Letter.objects.all()] == ["apikeys/mail/expires"]


def test_what_has_outlived_its_time_goes_and_the_rest_stays(agency, agent, client):
    for _ in range(2):
        with numbered_last():
            note(agency.id, NewChange(type=ChangeType.LEAD_CREATED, by=SYSTEM, lead_id=uuid7()))
    Change.objects.filter(position=1).update(created_at=F("created_at") - timedelta(days=91))
    key, _ = make_key(agency)
    make_calls(key, 2)
    Call.objects.filter(pk=Call.objects.first().pk).update(
        created_at=timezone.now() - timedelta(days=31)
    )
    for age in (timedelta(hours=13), timedelta(0)):
        client.cookies.clear()
        client.force_login(agent)
        Session.objects.filter(pk=Session.objects.last_seen_first()[0].pk).update(
            last_seen_at=Now() - age
        )
    for digest, age in (("0" * 64, timedelta(minutes=2)), ("1" * 64, timedelta(0))):
        SentForm.objects.create(
            organisation=agency, person=agent, digest=digest, half=b"half", sent_at=Now() - age
        )
    Beat.objects.create(heard_at=Now() - timedelta(days=2))
    Beat.objects.create()

    do_all()

    assert [each.position for each in Change.objects.for_organisation(agency)] == [2]
    for table in (Call, Session, SentForm, Beat):
        assert table.objects.count() == 1, table
    assert set(Duty.objects.values_list("name", flat=True)) == set(duties.DUTIES)
    assert not Duty.objects.filter(last_ran_at=None).exists()


# --- Where no worker runs -------------------------------------------------------------------------
@pytest.fixture
def said(caplog, monkeypatch):
    """What the log says of missing workers, as if nothing was said of them for long."""
    for moment in ("_asked_last", "_said_last"):
        monkeypatch.setattr(f"sift_site.working.absence.{moment}", float("-inf"))
    return lambda: [line.getMessage() for line in caplog.records if line.name == "sift.work"]


def test_the_log_says_that_no_worker_runs_and_how_many_letters_wait(client, said):
    make_letter()

    assert client.get("/readyz").status_code == 200
    assert client.get("/readyz").status_code == 200

    assert said() == ["No worker runs (manage.py work). Letters that wait for one: 1."]


def test_a_worker_that_was_heard_of_lately_is_there(said):
    Beat.objects.create(heard_at=Now() - timedelta(seconds=50))

    look_for_workers()

    assert said() == []


@pytest.mark.parametrize(("role", "told"), [("admin", True), ("agent", False)])
def test_the_overview_tells_admins_that_no_worker_runs(client, agency, role, told):
    client.force_login(make_user(agency, role=role))
    words = "worker is not running"

    assert (words in client.get("/").content.decode()) is told
    Beat.objects.create()
    assert words not in client.get("/").content.decode()


def test_a_worker_leaves_signs_of_life_and_none_once_it_has_ended():
    make_organisation()
    with work(env=HURRIED) as worker:
        wait_for(lambda: Beat.objects.lately().exists())
        wait_for(lambda: not Duty.objects.filter(last_ran_at=None).exists())
        worker.process.send_signal(signal.SIGTERM)
        assert worker.process.wait(10) == 0

    assert not Beat.objects.exists()
    connection.close()
