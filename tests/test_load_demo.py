"""The demo data: the same for the same seed, believable, and never loaded twice."""

import io
from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from conversations.models import Conversation, Message
from leads.models import FACT_FIELDS, Lead, LeadEvent, LeadStatus
from leads.scoring import score_value
from leads.temperature import temperature
from organisations.models import Organisation, User
from sift_site.demo import loading
from sift_site.demo.agencies import shares
from tests.factories import at

pytestmark = pytest.mark.django_db

UNTIL = at("2026-06-01 15:00")


def load(**options) -> str:
    out = io.StringIO()
    defaults = {"organisations": 2, "leads": 300, "until": "2026-06-01T15:00:00Z"}
    call_command("load_demo", stdout=out, **defaults | options)
    return out.getvalue()


def content() -> list:
    """All that was loaded, without ids and the moment of loading, in an order of its own."""
    columns = [*FACT_FIELDS, "source", "status", "score", "moved_on", "created_at"]
    leads = Lead.objects.values_list("organisation__slug", *columns)
    messages = Message.objects.values_list("organisation__slug", "role", "content", "created_at")
    events = LeadEvent.objects.values_list("kind", "from_value", "to_value", "actor_name")
    return [sorted(map(repr, rows)) for rows in (leads, messages, events)]


def test_the_same_seed_and_time_give_the_same_content():
    load()
    first = content()
    Organisation.objects.all().delete()

    load()

    assert content() == first


def test_another_seed_gives_other_people():
    load(seed=1)
    first = set(Lead.objects.values_list("email", flat=True)) - {None}
    Organisation.objects.all().delete()

    load(seed=2)

    assert first.isdisjoint(Lead.objects.values_list("email", flat=True))


def test_the_first_agency_has_its_people_and_nobody_a_password():
    load()

    agency = Organisation.objects.get(slug="harbour-and-vale")
    assert (agency.name, agency.plan) == ("Harbour & Vale", "growth")
    people = dict(agency.people.values_list("email", "name"))
    assert people["admin@harbour-and-vale.example"] == "Priya Shah"
    assert people["agent@harbour-and-vale.example"] == "Tom Whitfield"
    roles = Counter(agency.people.values_list("role", flat=True))
    assert roles["admin"] == 1
    assert not any(person.has_usable_password() for person in User.objects.all())


def test_running_it_again_adds_nothing_even_at_another_time():
    load()
    before = content()

    assert load() == "0 leads loaded, 300 were there.\n"
    assert load(until="2026-06-02T15:00:00Z") == "0 leads loaded, 300 were there.\n"
    assert content() == before


def test_an_interrupted_run_is_completed_by_the_next(monkeypatch):
    monkeypatch.setattr(loading, "CHUNK", 50)
    monkeypatch.setattr(loading, "_PARALLEL_FROM", 1000)
    write, calls = loading._write_chunk, iter(range(3))

    def stopping(*arguments):
        if next(calls) == 2:
            raise KeyboardInterrupt
        return write(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(loading, "_write_chunk", stopping)
        with pytest.raises(CommandError, match="the same command loads the rest"):
            load()
    assert Lead.objects.count() == 100

    assert load() == "200 leads loaded, 100 were there.\n"


def test_every_status_and_band_is_there_and_some_are_nameless_or_waiting():
    load()

    leads = Lead.objects.all()
    assert set(leads.values_list("status", flat=True)) == set(LeadStatus.values)
    bands = Counter(temperature(score) for score in leads.values_list("score", flat=True))
    assert min(bands[band] for band in ("hot", "warm", "cold", None)) >= 3
    assert leads.filter(name=None).count() > 5
    assert leads.filter(viewing_requested=True).count() > 20
    assert leads.filter(moved_on=False, status="hot").exists()
    assert leads.filter(created_at__gte=UNTIL - timedelta(days=1)).count() >= 12
    assert leads.filter(intent="rent", budget_max__lt=10_000).exists()
    assert not leads.filter(intent="rent", budget_max__gt=10_000).exists()
    assert not leads.filter(intent="buy", budget_max__lt=50_000).exists()


def test_all_of_it_lies_in_the_twelve_months_before_the_time():
    load()

    for rows, column in [
        (Lead, "created_at"),
        (Conversation, "last_message_at"),
        (Message, "created_at"),
        (LeadEvent, "created_at"),
    ]:
        times = rows.objects.values_list(column, flat=True)
        assert UNTIL - timedelta(days=366) <= min(times) <= max(times) <= UNTIL


def test_scores_statuses_and_events_agree():
    load()

    said = dict(
        Message.objects.filter(role="user")
        .values_list("conversation__lead")
        .annotate(Count("id"))
        .order_by()
    )
    for lead in Lead.objects.prefetch_related("events", "conversations"):
        assert lead.score == score_value(lead, said.get(lead.id, 0))
        steps = sorted(
            (e for e in lead.events.all() if e.kind == "status"), key=lambda e: (e.created_at, e.id)
        )
        standing = "new"
        for step in steps:
            assert step.from_value == standing != step.to_value
            standing = step.to_value
        assert lead.status == standing
        by_person = [step for step in steps if step.actor_kind == "person"]
        assert lead.moved_on == bool(by_person)
        if not lead.moved_on:
            assert lead.status == (temperature(lead.score) or "new")
        captures = [e for e in lead.events.all() if e.kind == "capture"]
        assert len(captures) == len(lead.conversations.all()) == 1


def test_events_are_by_people_of_the_agency():
    load()

    for agency in Organisation.objects.all():
        people = dict(agency.people.values_list("id", "name"))
        events = LeadEvent.objects.for_organisation(agency).filter(actor_kind="person")
        assert events.exists()
        for id_, name in events.values_list("actor_id", "actor_name"):
            assert people[id_] == name


def test_a_transcript_says_what_is_known_of_its_lead():
    load()

    for conversation in Conversation.objects.select_related("lead").prefetch_related("messages"):
        lead = conversation.lead
        last = conversation.last_message_at
        assert max(m.created_at for m in conversation.messages.all()) == last
        said = " ".join(m.content for m in conversation.messages.all() if m.role == "user")
        assert lead.area is None or lead.area in said
        assert lead.name is None or lead.name in said
        assert lead.budget_max is None or f"£{lead.budget_max:,}" in said
        assert lead.email is None or conversation.channel == "email" or lead.email in said
        assert lead.phone is None or conversation.channel == "sms" or lead.phone in said
        assert ("£" in said) == (lead.budget_max is not None)
        assert ("viewing" in said or "come and view" in said) == lead.viewing_requested


def test_several_languages_are_spoken():
    load()

    spoken = {
        language
        for languages in Conversation.objects.values_list("languages_used", flat=True)
        for language in languages
    }
    assert len(spoken) >= 6


def test_a_share_of_transcripts_leaves_the_other_leads_without():
    load(transcripts=0.2)
    assert 30 <= Conversation.objects.count() <= 90
    Organisation.objects.all().delete()

    load(transcripts=0)
    assert not Conversation.objects.exists()
    assert Lead.objects.count() == 300


def test_agencies_differ_in_size_and_lose_no_lead():
    assert shares(600, 3) == [328, 163, 109]
    assert sum(shares(1_000_000, 7)) == 1_000_000
    assert shares(0, 2) == [0, 0]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"organisations": 0}, "--organisations takes 1 to 1000"),
        ({"leads": -1}, "--leads takes a number from 0 up"),
        ({"transcripts": 1.1}, "--transcripts takes a share from 0 to 1"),
        ({"transcripts": float("nan")}, "--transcripts takes a share from 0 to 1"),
        ({"until": "yesterday"}, "--until is 'yesterday'; it takes a time such as"),
        ({"until": "0001-01-01T00:00:00+14:00"}, "--until is '0001"),
    ],
)
def test_what_an_option_takes_is_said(options, named):
    with pytest.raises(CommandError, match=named):
        load(**options)
    assert not Organisation.objects.exists()
