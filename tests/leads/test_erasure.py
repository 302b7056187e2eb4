"""Erasing a person leaves nothing of them in any table."""

import pytest
from django.db import connection

from leads import search
from leads.corrections import correct
from leads.erasure import erase
from leads.merging import last_merge, merge, unmerge
from leads.models import Lead
from leads.models.tally import LeadTally
from leads.notes import add_note
from organisations.actors import Actor
from tests.factories import make_conversation, make_lead, make_message

pytestmark = pytest.mark.django_db

WORDS = ("Zebulon", "zebulon@example.com", "+447700900987", "quokka", "pangolin", "Xanadu")


def whole_database() -> str:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema()"
        )
        tables = [name for (name,) in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f"SELECT row.*::text FROM {table} AS row")  # noqa: S608 - its own tables
            rows += [text for (text,) in cursor.fetchall()]
    return "\n".join(rows).lower()


def known_in_full(agency, by) -> Lead:
    lead = make_lead(agency, name="Zebulon", email="zebulon@example.com", phone="+447700900987")
    search.renew(lead)
    lead.save(update_fields=["search"])
    make_message(make_conversation(agency, lead), content="I keep a quokka")
    add_note(lead, "Has a pangolin too", by=by)
    correct(lead, {"area": "Xanadu"}, by=by)
    return lead


def remaining() -> list[str]:
    everything = whole_database()
    return [word for word in WORDS if word.lower() in everything]


def test_nothing_of_the_person_remains_in_any_table(agency, agent):
    by = Actor.for_person(agent)
    other = make_lead(agency, name="Somebody else", status="hot")
    make_message(make_conversation(agency, other), content="Hello")
    lead = known_in_full(agency, by)
    assert remaining() == list(WORDS)  # the search below can find them

    erase(lead, agency, by=by)

    assert remaining() == []
    assert Lead.objects.get() == other
    assert other.conversations.get().messages.count() == 1
    assert LeadTally.objects.for_organisation(agency).by_status() == {"hot": 1}


def test_leads_merged_into_it_go_with_it(agency, agent):
    by = Actor.for_person(agent)
    survivor, middle, lead = make_lead(agency), make_lead(agency), known_in_full(agency, by)
    merge(agency, survivor_id=middle.id, other_id=lead.id, by=by)
    merge(agency, survivor_id=survivor.id, other_id=middle.id, by=by)

    erase(Lead.objects.get(pk=survivor.pk), agency, by=by)

    assert remaining() == []
    assert not Lead.objects.exists()


@pytest.mark.parametrize("erased_one_stood", [True, False])
def test_a_merge_that_was_undone_leaves_nothing_with_the_other_lead(
    agency, agent, erased_one_stood
):
    by = Actor.for_person(agent)
    lead, other = known_in_full(agency, by), make_lead(agency, name="Somebody else")
    survivor, gone = (lead, other) if erased_one_stood else (other, lead)
    merge(agency, survivor_id=survivor.id, other_id=gone.id, by=by)
    unmerge(agency, survivor_id=survivor.id, event_id=last_merge(survivor).id, by=by)

    erase(Lead.objects.get(pk=lead.pk), agency, by=by)

    assert remaining() == []
    assert Lead.objects.get().name == "Somebody else"
    assert other.events.filter(kind="merge").count() == 2
    assert last_merge(other) is None


def test_it_takes_no_more_statements_however_much_is_kept(agency, agent, django_assert_num_queries):
    by = Actor.for_person(agent)
    few, many = make_lead(agency), make_lead(agency)
    make_conversation(agency, few, messages=1)
    for _ in range(120):
        make_conversation(agency, many, messages=1)
        add_note(many, "A note", by=by)

    with django_assert_num_queries(9) as few_statements:
        erase(few, agency, by=by)
    with django_assert_num_queries(len(few_statements)):
        erase(many, agency, by=by)
