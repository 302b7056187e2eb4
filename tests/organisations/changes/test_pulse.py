"""GET /pulse: an open page asks whether anything moved."""

import pytest

from conversations.capture import capture
from conversations.models import Conversation
from leads.merging import merge
from organisations.actors import SYSTEM
from organisations.changes.numbering import numbered_last
from organisations.changes.pulse import MOST_TOLD
from organisations.models import Feed
from tests.conversations.test_capture import received
from tests.factories import arrived_lead, make_lead, move_lead
from tests.statements import statements_sent

pytestmark = pytest.mark.django_db


def pulse(client, at):
    return client.get("/pulse", {"at": at})


def test_nothing_is_said_while_nothing_moved(signed_in, agency):
    assert pulse(signed_in, 0).status_code == 204
    arrived_lead(agency)

    assert pulse(signed_in, 0).status_code == 200
    assert pulse(signed_in, 1).status_code == 204


def test_it_says_how_far_things_came_and_which_leads_and_conversations_moved(signed_in, agency):
    earlier = arrived_lead(agency)
    capture(agency, [received("chat-1")])
    chat = Conversation.objects.get()
    move_lead(moved := make_lead(agency), "contacted", by=SYSTEM)

    answer = pulse(signed_in, 1).json()

    assert answer["position"] == Feed.objects.get().position
    assert answer["of"] == sorted(map(str, (chat.id, chat.lead_id, moved.id)))
    assert str(earlier.id) not in answer["of"]


def test_the_lead_that_another_was_merged_into_moved_too(signed_in, agency):
    survivor, other = make_lead(agency), make_lead(agency)
    merge(agency, survivor_id=survivor.id, other_id=other.id, by=SYSTEM)

    assert {str(survivor.id), str(other.id)} <= set(pulse(signed_in, 0).json()["of"])


def test_of_too_many_changes_it_says_only_how_far_they_came(signed_in, agency):
    with numbered_last():
        for _ in range(MOST_TOLD + 1):
            arrived_lead(agency)

    assert pulse(signed_in, 0).json() == {"position": MOST_TOLD + 1, "of": None}
    assert len(pulse(signed_in, 1).json()["of"]) == MOST_TOLD


def test_another_agencys_changes_are_nobody_elses_business(signed_in, agency, other_agency):
    arrived_lead(agency)
    for _ in range(3):
        theirs = arrived_lead(other_agency)

    assert pulse(signed_in, 1).status_code == 204
    answer = pulse(signed_in, 0)
    assert answer.json()["position"] == 1
    assert str(theirs.id) not in answer.content.decode()


def test_a_page_that_is_ahead_of_a_replica_or_a_restored_backup_waits(signed_in, agency):
    arrived_lead(agency)

    assert pulse(signed_in, 5).status_code == 204


@pytest.mark.parametrize("at", ["", "x", "-1", "1.5", "٣", "9" * 19, "1\x00"])
def test_a_place_that_is_none_is_refused(signed_in, at):
    assert pulse(signed_in, at).status_code == 422


def test_asking_in_vain_costs_the_counters_row_besides_who_asks(signed_in, agency):
    arrived_lead(agency)

    with statements_sent() as in_vain:
        assert pulse(signed_in, 1).status_code == 204
    with statements_sent() as with_news:
        assert pulse(signed_in, 0).status_code == 200

    assert len(in_vain) == 2  # session; person with agency and its counter
    assert len(with_news) == 3


@pytest.mark.parametrize("path", ["/", "/leads/", "/conversations/"])
def test_a_page_bears_the_position_that_it_was_made_at(signed_in, agency, other_agency, path):
    for _ in range(3):
        arrived_lead(agency)
    arrived_lead(other_agency)

    assert 'data-position="3"' in signed_in.get(path).content.decode()


def test_so_do_the_pages_of_a_lead_and_of_a_conversation(signed_in, agency):
    capture(agency, [received("chat-1")])
    chat, position = Conversation.objects.get(), Feed.objects.get().position

    for path in (f"/leads/{chat.lead_id}/", f"/conversations/{chat.id}/"):
        assert f'data-position="{position}"' in signed_in.get(path).content.decode()


def test_what_nothing_moves_on_does_not_ask(signed_in_admin):
    assert "data-position" not in signed_in_admin.get("/settings/team/").content.decode()
