"""What leads and conversations are found by, made anew after an upgrade: as if stored now."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import call_command

from conversations import renewing_search as renewing_conversations
from conversations.models import Conversation, Message
from foundation.words import fold, stored
from leads import renewing_search as renewing_leads
from leads import search
from leads.contacts import set_fact
from leads.models import Lead
from tests.factories import make_conversation, make_lead, make_user
from tests.foundation.test_words import CASES, HOSTILE, NUMBERS

as_stored = import_module("leads.migrations._words")
leads_migration = import_module("leads.migrations.0025_search_as_people_type")
conversations_migration = import_module("conversations.migrations.0010_search_as_people_type")

CONTACTS = (
    ("İlker@example.com", "+441614960000;ext=12"),
    ("Ada <ADA@example.com>, ben@example.com", "48512345678"),
    ("none", "07700 XXX XXX"),
    (" mailto:é@example.com;", "0161 496 0000 x34"),
    ("@", "n/a"),
    ("ada@localhost", "1234"),
    (None, None),
)
SAID = ("Near LS6 2AB", "O’Malley: 07700 900 123", "It’s Yılmaz, 'hello' \\ `M11AA`", "garden")


@pytest.fixture
def leads(agency, other_agency):
    """As an earlier version left them, with words of its own or none."""
    for agency_ in (agency, other_agency):
        for number, (email, phone) in enumerate(CONTACTS):
            lead = make_lead(
                agency_,
                name="Yılmaz O’Malley",
                area="LS6 2AB",
                summary=f"Her mother: <Mum@example.com>, 07700 900 12{number}",
                score=[None, 20, 50, 80][number % 4],
                assignee=make_user(agency_) if number % 2 else None,
                property_type="flat",
            )
            for field, value in (("email", email), ("phone", phone)):
                set_fact(lead, field, value)
            lead.save()
    Lead.objects.update(search="'old'")
    return Lead.objects.order_by("id")


@pytest.fixture
def conversations(agency, other_agency):
    for agency_ in (agency, other_agency):
        for number in range(5):
            talk = make_conversation(agency_, languages_used=["en", "pt-BR"][: number + 1])
            Message.objects.bulk_create(
                Message(
                    organisation=agency_, conversation=talk, position=n, role="user", content=said
                )
                for n, said in enumerate(SAID[: number + 1])
            )
    Conversation.objects.update(search="'old'")
    return Conversation.objects.order_by("id")


def renew_by_migration() -> None:
    leads_migration.renew(apps, None)
    conversations_migration.renew(apps, None)


def renew_by_command() -> None:
    call_command("renew_search")


def vectors(rows) -> list[str]:
    """As PostgreSQL has them: each word once, in its order."""
    return list(rows.values_list("search", flat=True))


def stamps(rows) -> list:
    return list(rows.values_list("id", "updated_at"))


@pytest.fixture(params=[renew_by_migration, renew_by_command])
def renew(request, monkeypatch):
    for module, name in (
        (leads_migration, "BATCH"), (conversations_migration, "BATCH"),
        (renewing_leads, "_AT_ONCE"), (renewing_conversations, "_AT_ONCE"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, 3)
    return request.param


@pytest.mark.django_db
def test_leads_from_before_are_found_as_they_would_be_if_stored_now(leads, renew):
    before = stamps(leads)

    renew()
    renewed = vectors(leads)

    for lead in leads:
        search.renew(lead)
        lead.save(update_fields=["search"])
    assert vectors(leads) == renewed
    assert stamps(leads) == before


@pytest.mark.django_db
def test_conversations_from_before_are_found_as_they_would_be_if_stored_now(conversations, renew):
    before = stamps(conversations)

    renew()
    renewed = vectors(conversations)

    assert stamps(conversations) == before
    for conversation in conversations:
        conversation.sum_up()
    assert vectors(conversations) == renewed


@pytest.mark.django_db
def test_what_stands_already_is_not_written_again(leads, conversations, renew):
    def versions(rows):
        return list(rows.extra(select={"version": "xmin::text"}).values_list("version", flat=True))

    renew()
    before = versions(leads), versions(conversations)
    renew()

    assert (versions(leads), versions(conversations)) == before


@pytest.mark.django_db
def test_the_command_says_how_much_is_found_otherwise(leads, conversations, capsys):
    call_command("renew_search")
    call_command("renew_search")

    assert capsys.readouterr().out.splitlines() == [
        "24 leads and 10 conversations are found otherwise now.",
        "0 leads and 0 conversations are found otherwise now.",
    ]


@pytest.mark.parametrize("text", [*(case[0] for case in CASES), *NUMBERS, *SAID, *HOSTILE])
def test_the_migrations_know_the_folding_of_their_day(text):
    assert as_stored.fold(text) == fold(text)
    assert set(as_stored.stored(text)) == set(stored(text))
