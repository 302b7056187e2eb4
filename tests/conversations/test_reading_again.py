"""`manage.py read_again`: what stands, read by the present rules."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from conversations.capture import capture
from conversations.models import Receipt
from leads.corrections import correct
from leads.models import Lead, LeadEvent
from organisations.actors import Actor
from tests.conversations.test_capture import only_lead
from tests.conversations.test_live_capture import posted
from tests.conversations.test_receipts import receipts
from tests.factories import make_conversation, make_lead, make_message

pytestmark = pytest.mark.django_db


def read_again(*arguments) -> dict:
    output = StringIO()
    call_command("read_again", *arguments, stdout=output)
    return json.loads(output.getvalue())


def talk_of_before(agency, *says, **lead) -> Lead:
    """A lead with a conversation that nobody has read for facts."""
    lead = make_lead(agency, **lead)
    talk = make_conversation(agency, lead)
    for number, text in enumerate(says):
        make_message(talk, content=text, role=("user", "assistant")[number % 2])
    return lead


def test_what_was_never_read_is_read_with_receipts_event_and_score(agency):
    lead = talk_of_before(agency, "3 beds, up to £350k", "Lovely", "Can I book a viewing?")

    assert read_again() == {"conversations": 1, "leads_changed": 1}

    lead.refresh_from_db()
    assert (lead.bedrooms_min, lead.budget_max, lead.viewing_requested) == (3, 350_000, True)
    assert lead.score == 42
    assert [words for *_, words in receipts()] == ["3 beds", "£350k", "book a viewing"]
    event = LeadEvent.objects.get(lead=lead, kind="capture")
    assert set(event.payload["filled"]) == set(lead.read_facts)


def test_running_it_again_writes_nothing(agency):
    talk_of_before(agency, "3 beds, up to £350k", "Lovely", "sorry, 4 beds")
    read_again()
    stood = list(Receipt.objects.values_list("id").order_by("id"))
    lead = only_lead()

    assert read_again() == {"conversations": 1, "leads_changed": 0}

    assert list(Receipt.objects.values_list("id").order_by("id")) == stood
    assert only_lead().updated_at == lead.updated_at
    assert LeadEvent.objects.filter(kind="capture").count() == 1


def test_it_comes_to_what_captures_came_to(agency):
    capture(agency, [posted("1", phone="07700900123", says=("3 beds please", "OK", "or 4 beds"))])
    capture(
        agency, [posted("2", phone="07700900123", says=("budget £300k", "OK", "at least £250k"))]
    )
    lead, stood = only_lead(), receipts()

    assert read_again()["leads_changed"] == 0

    assert receipts() == stood
    assert only_lead().score == lead.score


def test_what_was_stated_and_set_by_hand_stands(agency, agent):
    lead = talk_of_before(agency, "3 beds, up to £350k", area="Leith", bedrooms_min=2)
    correct(lead, {"budget_max": 200_000}, by=Actor.for_person(agent))

    read_again()

    lead.refresh_from_db()
    assert (lead.bedrooms_min, lead.budget_max) == (2, 200_000)
    assert lead.bedrooms_max == 3


def test_what_the_rules_read_no_more_is_known_no_more(agency):
    lead = talk_of_before(agency, "Hello", "Hi")
    Lead.objects.update(property_type="land", read_facts=["property_type"])

    assert read_again()["leads_changed"] == 1

    lead.refresh_from_db()
    assert lead.property_type is None
    assert LeadEvent.objects.get(kind="capture").payload["emptied"] == ["property_type"]


def test_it_reads_one_organisation_alone_where_that_is_named(agency, other_agency):
    ours, theirs = talk_of_before(agency, "3 beds"), talk_of_before(other_agency, "3 beds")

    assert read_again("--organisation", agency.slug) == {"conversations": 1, "leads_changed": 1}

    assert Lead.objects.get(id=ours.id).bedrooms_max == 3
    assert Lead.objects.get(id=theirs.id).bedrooms_max is None
    with pytest.raises(CommandError, match="no organisation"):
        read_again("--organisation", "nobody")
