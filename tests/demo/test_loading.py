"""Loading the demo data: the same for the same seed, and never twice."""

import pytest
from django.core.management import CommandError

from conversations.models import Conversation, Message
from leads.models import FACT_FIELDS, Lead, LeadEvent
from organisations.models import Organisation
from sift_site.demo import loading
from sift_site.demo.agencies import shares
from tests.demo.conftest import load

pytestmark = pytest.mark.django_db


def content() -> list:
    """All that was loaded, without ids and the moment of loading, in an order of its own."""
    columns = [
        *FACT_FIELDS, "source", "status", "score", "moved_on", "created_at", "assignee__name",
        "follow_up_on",
    ]  # fmt: skip
    leads = Lead.objects.values_list("organisation__slug", *columns)
    messages = Message.objects.values_list("organisation__slug", "role", "content", "created_at")
    events = LeadEvent.objects.values_list(
        "kind", "from_value", "to_value", "actor_name", "payload__text", "created_at"
    )
    return [sorted(map(repr, rows)) for rows in (leads, messages, events)]


def start_afresh() -> None:
    """Remove all that was loaded, leads before the people who look after them."""
    Lead.objects.all().delete()
    Organisation.objects.all().delete()


def test_the_same_seed_and_time_give_the_same_content():
    load()
    first = content()
    start_afresh()

    load()

    assert content() == first


def test_another_seed_gives_other_people():
    load(seed=1)
    first = set(Lead.objects.values_list("email", "area", "budget_max"))
    start_afresh()

    load(seed=2)

    second = set(Lead.objects.values_list("email", "area", "budget_max"))
    assert len(first & second) < len(first) * 0.1


def test_another_seed_beside_the_first_is_loaded_too():
    load(seed=1)

    assert load(seed=2) == "120 leads loaded, 0 were there.\n"


def test_running_it_again_adds_nothing_even_at_another_time():
    load()
    before = content()

    assert load() == "0 leads loaded, 120 were there.\n"
    assert load(until="2026-06-02T15:00:00Z") == "0 leads loaded, 120 were there.\n"
    assert content() == before


def test_an_interrupted_run_is_completed_by_the_next(monkeypatch):
    monkeypatch.setattr(loading, "CHUNK", 20)
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
    assert Lead.objects.count() == 40

    assert load() == "80 leads loaded, 40 were there.\n"


def test_a_larger_demo_adds_to_the_smaller_one(monkeypatch):
    monkeypatch.setattr(loading, "CHUNK", 20)
    monkeypatch.setattr(loading, "_PARALLEL_FROM", 1000)
    load(organisations=1, leads=60)

    assert load(organisations=1, leads=100) == "40 leads loaded, 60 were there.\n"


def test_a_transcript_says_what_is_known_of_its_lead():
    load(seed=2, leads=300)  # what is written by hand is looked at in test_written_talks.py

    for lead in Lead.objects.prefetch_related("conversations__messages"):
        conversations = sorted(lead.conversations.all(), key=lambda c: c.created_at)
        conversation = conversations[0]
        for each in conversations:
            assert max(m.created_at for m in each.messages.all()) == each.last_message_at
        said = " ".join(
            m.content for c in conversations for m in c.messages.all() if m.role == "user"
        )
        assert lead.area is None or lead.area in said
        assert lead.name is None or lead.name in said
        assert lead.budget_max is None or f"£{lead.budget_max:,}" in said
        assert lead.email is None or conversation.channel == "email" or lead.email in said
        phone = lead.phone and lead.phone.replace("+44", "0")
        assert phone is None or conversation.channel == "sms" or phone in said.replace(" ", "")
        assert ("£" in said) == (lead.budget_max is not None)
        assert ("viewing" in said or "come and view" in said) == lead.viewing_requested


def test_a_share_of_transcripts_leaves_the_other_leads_without():
    load(transcripts=0.2)
    assert 12 <= Conversation.objects.count() <= 36
    start_afresh()

    load(transcripts=0)
    assert not Conversation.objects.exists()
    assert Lead.objects.count() == 120


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
