"""Facts set by hand: in the history, scored again, and never overwritten by a capture."""

import pytest

from conversations.capture import capture
from leads import search
from leads.corrections import correct, let_go
from leads.models import Lead, LeadEvent
from leads.models.choices import LeadStatus
from organisations.actors import Actor
from tests.conversations.test_capture import received
from tests.factories import make_conversation, make_lead, move_lead

pytestmark = pytest.mark.django_db


def fresh(lead: Lead) -> Lead:
    return Lead.objects.get(pk=lead.pk)


def events_of(lead, kind):
    return list(LeadEvent.objects.filter(lead=lead, kind=kind).order_by("created_at", "id"))


def test_each_changed_fact_is_one_event_by_the_person(agency, agent):
    lead = make_lead(agency, area="Leith", budget_max=300_000)

    correct(
        lead,
        {"area": "Portobello", "budget_max": 325_000, "name": None, "viewing_requested": True},
        by=Actor.for_person(agent),
    )

    told = {
        event.payload["field"]: (event.from_value, event.to_value, event.actor_id)
        for event in events_of(lead, "field")
    }
    assert told == {
        "area": ("Leith", "Portobello", agent.id),
        "budget_max": ("300000", "325000", agent.id),
        "viewing_requested": ("no", "yes", agent.id),
    }
    assert set(fresh(lead).hand_set) == {"area", "budget_max", "viewing_requested"}


def test_what_stands_already_changes_nothing_and_is_not_marked(agency, agent):
    lead = make_lead(agency, area="Leith")
    before = lead.updated_at

    correct(lead, {"area": "Leith"}, by=Actor.for_person(agent))

    assert not LeadEvent.objects.exists()
    assert fresh(lead).hand_set == []
    assert fresh(lead).updated_at == before


def test_the_score_and_the_status_follow_with_the_visitors_messages_counted(agency, agent):
    lead = make_lead(agency)
    make_conversation(agency, lead, messages=8)  # four of them the visitor's: 6 points

    correct(lead, {"timeline": "asap", "viewing_requested": True}, by=Actor.for_person(agent))

    assert fresh(lead).score == 18 + 20 + 6
    assert fresh(lead).status == "warm"
    [moved] = events_of(lead, "status")
    assert (moved.from_value, moved.to_value, moved.actor_kind) == ("new", "warm", "system")
    assert events_of(lead, "field")[-1].payload["score"] == {"from": None, "to": 44}


def test_a_lead_that_was_moved_on_is_scored_but_keeps_its_status(agency, agent):
    lead = make_lead(agency)
    move_lead(lead, LeadStatus.CONTACTED, by=Actor.for_person(agent))

    correct(lead, {"timeline": "asap"}, by=Actor.for_person(agent))

    assert (fresh(lead).score, fresh(lead).status) == (18, "contacted")


def test_a_corrected_lead_is_found_by_what_it_now_says(agency, agent):
    lead = make_lead(agency, name="Sian Huges")
    search.renew(lead)
    lead.save(update_fields=["search"])

    correct(lead, {"name": "Émile Łukasz"}, by=Actor.for_person(agent))

    assert "emile" in fresh(lead).search
    assert "huges" not in fresh(lead).search


def test_a_later_capture_overwrites_neither_a_fact_set_by_hand_nor_one_cleared(agency, agent):
    lead = make_lead(agency, email="ada@example.com", area="Leith", summary="A flat")
    by = Actor.for_person(agent)
    correct(lead, {"area": "Portobello", "summary": None}, by=by)

    capture(agency, [received("1", email="ada@example.com", area="Ayr", summary="X", name="Ada")])

    stands = fresh(lead)
    assert (stands.area, stands.summary, stands.name) == ("Portobello", None, "Ada")


def test_a_fact_that_was_let_go_is_filled_by_the_next_capture(agency, agent):
    lead = make_lead(agency, email="ada@example.com", area="Leith")
    by = Actor.for_person(agent)
    correct(lead, {"area": None}, by=by)

    let_go(lead, ["area", "name"], by=by)
    capture(agency, [received("1", email="ada@example.com", area="Ayr")])

    assert fresh(lead).area == "Ayr"
    assert [event.payload for event in events_of(lead, "field")][1:] == [
        {"field": "area", "let_go": True}
    ]
