"""Captures at the same moment: each conversation once, and no lead missed by who polls."""

import time
from random import Random
from threading import Barrier

import pytest

from conversations.capture import capture
from conversations.models import Conversation, Message
from leads.models import Lead
from organisations.changes.numbering import numbered_last
from organisations.models import Change
from tests.api.conftest import client_of
from tests.api.test_capture import chat, message, post
from tests.conversations.test_live_capture import posted
from tests.factories import make_organisation

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 8
LEADS_OF_EACH = 25


def at_once(meanwhile, acts) -> list:
    """What the acts return that begin at one moment, each in a thread of its own."""
    barrier = Barrier(len(acts))

    def begun(act):
        barrier.wait(30)
        return act()

    waiting = [meanwhile(lambda act=act: begun(act)) for act in acts]
    return [wait() for wait in waiting]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (chat(external_id="chat-1", lead={"email": "ada@example.com"}), {}),
        (chat(lead={"email": "ada@example.com"}), {"Idempotency-Key": "k-1"}),
    ],
    ids=["external_id", "Idempotency-Key"],
)
def test_twenty_identical_posts_make_one_conversation(meanwhile, body, headers):
    clients = [client_of(agency) for agency in [make_organisation()] for _ in range(20)]

    answers = at_once(meanwhile, [lambda api=api: post(api, body, **headers) for api in clients])

    new = [answer for answer in answers if answer.status_code == 201]
    again = [answer for answer in answers if answer.status_code == 200]
    assert (len(new), len(again)) == (1, 19)
    assert {answer.content for answer in answers} == {new[0].content}
    assert {answer["Idempotent-Replayed"] for answer in again} == {"true"}
    assert Conversation.objects.count() == Lead.objects.count() == 1
    assert Message.objects.count() == 2


def test_transcripts_that_grow_at_once_end_as_the_longest(meanwhile):
    api = client_of(make_organisation())
    turns = [message(f"Message {n}") for n in range(10)]

    def send(number):
        return lambda: post(api, chat(external_id="1", messages=turns[: number + 1]))

    answers = at_once(meanwhile, [send(number) for number in range(10)])

    assert {answer.status_code for answer in answers} <= {200, 201}
    assert sum(answer.json()["messages_added"] for answer in answers) == 10
    contents = Message.objects.order_by("position").values_list("content", flat=True)
    assert list(contents) == [turn["content"] for turn in turns]


def test_messages_added_at_once_are_each_there_once(meanwhile):
    api = client_of(make_organisation())
    location = post(api, chat(external_id="1"))["Location"]

    def send(number):
        body = {"messages": [message(f"{number}", external_id=f"m-{number // 2}")]}
        return lambda: post(api, body, f"{location}/messages")

    answers = at_once(meanwhile, [send(number) for number in range(12)])

    assert sorted(answer.status_code for answer in answers) == [200] * 6 + [201] * 6
    assert Message.objects.count() == 2 + 6
    positions = Message.objects.order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(8))


class _RolledBackError(Exception):
    """What some captures end in, after all was written."""


class Poller:
    """One who polls by `since`, as the contract says under *Never miss a lead*."""

    def __init__(self, api):
        self.api, self.newest = api, "2000-01-01T00:00:00Z"
        self.seen: list[str] = []

    def poll(self):
        query, newest = {"since": self.newest, "limit": 7}, self.newest
        known = set(self.seen)
        while True:
            page = self.api.get("/api/v1/leads", query).json()
            for lead in page["data"]:
                newest = max(newest, lead["created_at"])
                if lead["id"] not in known:
                    self.seen.append(lead["id"])
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        self.newest = newest


def test_who_polls_by_since_sees_every_live_lead_exactly_once(meanwhile):
    """While eight write, commit late, and now and then not at all."""
    agency = make_organisation()
    poller, done = Poller(client_of(agency)), []

    def write(number):
        random = Random(number)
        for n in range(LEADS_OF_EACH):
            try:
                with numbered_last():
                    capture(agency, [posted(f"{number}-{n}", name=f"Visitor {number}-{n}")])
                    time.sleep(random.random() * 0.004)
                    if random.random() < 0.15:
                        raise _RolledBackError
            except _RolledBackError:
                continue
        done.append(number)

    writers = [meanwhile(lambda number=number: write(number)) for number in range(WRITERS)]
    while len(done) < WRITERS:
        poller.poll()
    for wait in writers:
        wait()
    poller.poll()

    ids = [str(id_) for id_ in Lead.objects.values_list("id", flat=True)]
    assert WRITERS * LEADS_OF_EACH * 0.7 < len(ids) < WRITERS * LEADS_OF_EACH
    assert sorted(poller.seen) == sorted(ids)
    created = Change.objects.filter(type="lead.created").order_by("position")
    moments = dict(Lead.objects.values_list("id", "created_at"))
    in_feed_order = [moments[id_] for id_ in created.values_list("lead_id", flat=True)]
    assert in_feed_order == sorted(in_feed_order)
