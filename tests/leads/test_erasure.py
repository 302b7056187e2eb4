"""Erasing a person leaves nothing of them in any table."""

import pytest
from django.db import connection

from leads import search
from leads.corrections import correct
from leads.erasure import erase
from leads.merging import last_merge, merge, unmerge
from leads.models import Lead
from leads.models.saved_view import SavedView
from leads.models.tally import LeadTally
from leads.notes import add_note
from organisations.actors import Actor
from tests.factories import make_conversation, make_lead, make_message, make_user

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

    with django_assert_num_queries(13) as few_statements:
        erase(few, agency, by=by)
    with django_assert_num_queries(len(few_statements)):
        erase(many, agency, by=by)


@pytest.mark.parametrize(
    ("name", "searched", "goes"),
    [
        ("Their leads", "q=Zébulon+BYRNE", True),
        ("Their leads", "q=byrne+zebulon+flat", True),
        ("Their leads", "q=zebulon%40example.com", True),
        ("Their leads", "q=07700+900987&status=hot", True),
        ("Their leads", "q=Zeb", False),  # nobody's name
        ("Their leads", "q=Zebulon", True),  # a part of it, by which nobody else is found
        ("Their leads", "q=Byrne", False),  # another's name too
        ("Zebulon Byrne's viewings", "status=hot", True),
        ("Call +44 7700 900987", "", True),
        ("Was Wanda", "q=Wanda+Old", True),  # their name before it was corrected
        ("Byrne", "status=hot", False),
        ("Hot ones", "q=flat", False),
        ("Hot ones", "status=hot", False),
    ],
)
def test_saved_views_that_name_the_person_go_and_others_stay(agency, agent, name, searched, goes):
    by = Actor.for_person(agent)
    lead = make_lead(agency, name="Wanda Old", email="zebulon@example.com", phone="+447700900987")
    correct(lead, {"name": "Zebulon Byrne"}, by=by)
    other = make_lead(agency, name="Zoë Byrne")
    for each in (lead, other):
        search.renew(each)
        each.save(update_fields=["search"])
    SavedView.objects.keep(agent, name, searched)

    erase(lead, agency, by=by)

    assert SavedView.objects.exists() is not goes


def test_a_name_of_one_word_takes_no_view_with_it_that_says_more(agency, agent):
    lead = make_lead(agency, name="Anna")
    SavedView.objects.keep(agent, "Anna’s own leads", "q=anna+didsbury")
    SavedView.objects.keep(agent, "anna", "status=hot")

    erase(lead, agency, by=Actor.for_person(agent))

    assert SavedView.objects.get().name == "Anna’s own leads"


def test_another_agencys_saved_views_stay(agency, agent, other_agency):
    lead = make_lead(agency, name="Zebulon Byrne")
    view = SavedView.objects.keep(make_user(other_agency), "Theirs", "q=Zebulon+Byrne")

    erase(lead, agency, by=Actor.for_person(agent))

    assert SavedView.objects.get() == view
