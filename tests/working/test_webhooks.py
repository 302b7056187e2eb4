"""Workers and webhooks: at once, by many, and through a kill; what hangs keeps nobody waiting."""

import signal
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from foundation.database.leases import RENEWED_EVERY
from organisations.actors import SYSTEM
from tests.factories import arrived_lead, make_endpoint, make_organisation, move_lead
from tests.servers import work
from tests.waiting import wait_for
from tests.webhooks.conftest import tell_in_a_thread
from tests.webhooks.receivers import Answer, receiver
from webhooks import delivering
from webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.django_db(transaction=True)

OPEN = {"SIFT_WEBHOOK_ALLOW": "127.0.0.0/8"}


@pytest.fixture
def agency():
    return make_organisation()


@pytest.fixture(autouse=True)
def _loopback_is_open(settings):
    settings.SIFT_WEBHOOK_ALLOW = ["127.0.0.0/8"]


def test_a_worker_tells_what_is_committed_while_it_runs(agency):
    with receiver() as there, work(env=OPEN):
        endpoint = make_endpoint(agency, there.url)
        arrived_lead(agency)
        wait_for(lambda: there.received)  # it runs
        for _ in range(3):
            number = len(there.received)
            arrived_lead(agency)
            wait_for(lambda number=number: len(there.received) > number)

    assert Endpoint.objects.get(pk=endpoint.pk).enabled


def test_many_threads_tell_each_event_once_and_each_leads_in_order(agency):
    """Each endpoint is one thread's at a time, so no two events of a lead are under way at once."""
    with receiver() as there, receiver() as other:
        leads = [arrived_lead(agency) for _ in range(10)]
        for url in (there.url, other.url):
            endpoint = make_endpoint(agency, url)
            Endpoint.objects.filter(pk=endpoint.pk).update(position=0)
        for status in ("contacted", "qualified", "lost"):
            for lead in leads:
                move_lead(lead, status, by=SYSTEM)
        with ThreadPoolExecutor(8) as threads:
            for done in [threads.submit(tell_in_a_thread) for _ in range(8)]:
                done.result()

        assert [each.outcome for each in Delivery.objects.failed()] == []
        for each in (there, other):
            assert sorted(each.positions) == list(range(1, 41))
            for lead in leads:
                own = [e["position"] for e in each.events if e["lead_id"] == str(lead.id)]
                assert own == sorted(own)


def test_killed_in_the_middle_it_repeats_what_was_under_way_and_loses_nothing(agency):
    held = threading.Event()
    with receiver() as there:
        there.answers = lambda got: Answer(
            204 if got.event["position"] <= 20 or held.wait(30) else 500
        )
        endpoint = make_endpoint(agency, there.url)
        with work(env=OPEN) as worker:
            for _ in range(20):
                arrived_lead(agency)
            wait_for(lambda: Delivery.objects.count() == 20)
            for _ in range(30):
                arrived_lead(agency)
            wait_for(lambda: len(there.received) >= 36)  # sixteen are under way
            assert [each.outcome for each in Delivery.objects.failed()] == []
            worker.process.send_signal(signal.SIGKILL)
            worker.process.wait()
        held.set()
        Endpoint.objects.update(leased_until=Now())
        with work(env=OPEN):
            wait_for(lambda: Endpoint.objects.get(pk=endpoint.pk).position == 50)

        times = Counter(there.positions)
        assert set(times) == set(range(1, 51))
        assert {position for position, number in times.items() if number > 1} == set(range(21, 37))


def test_a_receiver_waits_no_ten_seconds_for_a_worker_that_was_killed(agency):
    endpoint = make_endpoint(agency, "https://example.com/sift")
    arrived_lead(agency)

    claimed = delivering._claim(with_down=True)

    assert claimed == endpoint
    lease = claimed.leased_until - timezone.now()
    assert 3 * RENEWED_EVERY < lease < timedelta(seconds=10)


def test_a_turn_that_failed_leaves_the_endpoint_to_the_next(agency, monkeypatch):
    endpoint = make_endpoint(agency, "https://example.com/sift")
    arrived_lead(agency)
    monkeypatch.setattr(delivering, "Turn", lambda endpoint: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        delivering.do_one()
    assert not delivering.due().exists()

    delivering.leases.renew()

    assert delivering.due().get() == endpoint


def test_one_that_hangs_keeps_no_other_waiting(agency, working):
    over = threading.Event()
    with receiver() as hangs, receiver() as quick:
        hangs.answers = lambda _: over.wait(60) and Answer()
        hanging = make_endpoint(agency, hangs.url)
        make_endpoint(agency, quick.url)
        with working(threads=6):  # one for each kind of work, and some that are anybody's
            arrived_lead(agency)
            wait_for(lambda: hangs.received)
            for number in range(3):
                arrived_lead(agency)
                wait_for(lambda number=number: len(quick.received) >= number + 1)
            has_ended = Delivery.objects.filter(endpoint=hanging).exists()
            over.set()

    assert not has_ended  # its first try was under way throughout


def test_an_event_that_hangs_keeps_no_other_of_its_endpoint_waiting(agency, working):
    over = threading.Event()
    with receiver() as there:
        there.answers = lambda got: Answer(
            204 if got.event["position"] != 1 or over.wait(60) else 500
        )
        make_endpoint(agency, there.url)
        with working(threads=4):
            arrived_lead(agency)
            wait_for(lambda: there.received)
            for number in range(1, 6):
                arrived_lead(agency)
                wait_for(lambda number=number: len(there.received) > number)
            assert not over.is_set()
            over.set()

    assert there.positions[:6] == [1, 2, 3, 4, 5, 6]


def test_those_that_are_down_take_few_threads(agency):
    """However many there are: they may hang, and those that answer must not wait for them."""
    with receiver() as quick:
        for _ in range(9):
            make_endpoint(agency, "http://127.0.0.1:9/")
        Endpoint.objects.update(failures=50)
        good = make_endpoint(agency, quick.url)
        arrived_lead(agency)
        rooms = [delivering._room.acquire(blocking=False) for _ in range(delivering.MOST_DOWN)]
        try:
            assert delivering.do_one()
            assert not delivering.do_one()  # for there is no room for one that is down
        finally:
            for _ in filter(None, rooms):
                delivering._room.release()

    assert quick.positions == [1]
    assert Endpoint.objects.get(pk=good.pk).position == 1
