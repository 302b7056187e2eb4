"""`updated_since` brings what moved without any field of the JSON that need have changed."""

import pytest

from conversations.capture import capture
from conversations.giving import give, take_back
from conversations.models import Conversation
from leads.givings import open_givings
from leads.merging import last_merge, merge, unmerge
from leads.models import Lead
from organisations.actors import Actor
from tests.conversations.test_capture import received
from tests.factories import make_conversation, make_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def news(api):
    """A mark after all that there is, and what the two lists have that was changed after it."""

    def since() -> str:
        rows = [row for what in ("leads", "conversations")
                for row in api.get(f"/api/v1/{what}").json()["data"]]  # fmt: skip
        return max(row["updated_at"] for row in rows)

    def after(mark: str) -> tuple[set[str], set[str]]:
        leads, conversations = (
            {
                row["id"]
                for row in api.get(f"/api/v1/{what}", {"updated_since": mark}).json()["data"]
                if row["updated_at"] > mark
            }
            for what in ("leads", "conversations")
        )
        return leads, conversations

    return since, after


@pytest.fixture
def by(agent) -> Actor:
    return Actor.for_person(agent)


def ids(*rows) -> set[str]:
    return {str(row.id) for row in rows}


def test_giving_a_conversation_and_taking_it_back_move_both_leads_and_it(agency, by, news):
    since, after = news
    lead, other, beside = [make_lead(agency) for _ in range(3)]
    conversation = make_conversation(agency, lead)
    make_conversation(agency, beside)

    mark = since()
    give(agency, conversation.id, seen=lead.id, to=other.id, by=by)
    assert after(mark) == (ids(lead, other), ids(conversation))

    mark = since()
    giving = open_givings(other)[str(conversation.id)]
    take_back(agency, conversation.id, giving_id=giving.id, by=by)
    assert after(mark) == (ids(lead, other), ids(conversation))


def test_undoing_a_merge_moves_both_leads_and_the_conversations(agency, by, news):
    since, after = news
    survivor, other = make_lead(agency), make_lead(agency)
    stays, goes = make_conversation(agency, survivor), make_conversation(agency, other)
    merge(agency, survivor_id=survivor.id, other_id=other.id, by=by)

    mark = since()
    unmerge(agency, survivor_id=survivor.id, event_id=last_merge(survivor).id, by=by)

    assert after(mark) == (ids(survivor, other), ids(goes))
    assert stays.lead_id == survivor.id


def test_a_returning_visitors_new_conversation_moves_the_lead_only_with_a_fact(agency, news):
    since, after = news
    for number in range(9):  # the longest conversation that counts
        capture(agency, [received(str(number), email="ada@example.com")])
    before = Lead.objects.get()

    mark = since()
    capture(agency, [received("last", email="ada@example.com")])

    conversation = Conversation.objects.get(external_id="last")
    assert after(mark) == (set(), ids(conversation))
    assert Lead.objects.get().score == before.score

    mark = since()
    capture(agency, [received("another", email="ada@example.com", area="Roath")])

    conversation = Conversation.objects.get(external_id="another")
    assert after(mark) == (ids(before), ids(conversation))


def test_the_same_conversation_sent_again_moves_nothing(agency, news):
    since, after = news
    capture(agency, [received("1", email="ada@example.com")])

    mark = since()
    capture(agency, [received("1", email="ada@example.com")])

    assert after(mark) == (set(), set())
