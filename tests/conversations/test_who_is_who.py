"""Who is who: what identifies a person, what identifies nobody, and that no word is lost."""

import pytest

from conversations.capture import capture
from conversations.outcome import Outcome
from foundation.database.kept_queries import KeptQuery
from leads.corrections import correct
from leads.duplicates import possible_duplicates
from leads.erasure import erase
from leads.history import history_of
from leads.merging import last_merge, merge, unmerge
from leads.models import Lead, LeadEvent
from leads.visitor_export import visitor_export
from organisations.actors import Actor
from tests.conversations.test_capture import only_lead, received
from tests.factories import at, make_lead

pytestmark = pytest.mark.django_db

NO_PHONES = (
    "n/a", "none", "-", "?", "0", "TBC", "0000000000", "07777777777", "unknown", "234567",
    "2026-06-01", "01/06/2026", "350000", "1500000", "12.05.1987", "1234", "07700 XXX XXX",
    "+44 77OO 9OO123", "same as before", "see e-mail",
)  # fmt: skip
NO_E_MAILS = ("none", "null", "n/a", "-", "@", "none@", "@example.com", "a@b", "ask later", "?")


def not_taken() -> list[dict[str, str]]:
    """What each capture said and the lead did not take, in the order of the captures."""
    events = LeadEvent.objects.filter(kind="capture").order_by("created_at", "id")
    return [event.payload.get("not_taken", {}) for event in events]


# --- What identifies nobody ----------------------------------------------------------------------
def test_four_hundred_visitors_with_placeholders_are_four_hundred_leads(agency):
    contacts = [{"phone": text} for text in NO_PHONES] + [{"email": text} for text in NO_E_MAILS]
    visitors = [
        received(str(n), name=f"Visitor {n}", **contacts[n % len(contacts)]) for n in range(400)
    ]

    for start in range(0, 400, 50):
        capture(agency, visitors[start : start + 50])

    assert Lead.objects.count() == 400
    assert set(Lead.objects.values_list("name", flat=True)) == {f"Visitor {n}" for n in range(400)}


@pytest.mark.parametrize("contact", [*[{"phone": text} for text in NO_PHONES],
                                     *[{"email": text} for text in NO_E_MAILS]])  # fmt: skip
def test_what_identifies_nobody_is_kept_as_given_and_brings_no_points(agency, contact):
    capture(agency, [received("1", **contact), received("2", **contact)])

    one, other = Lead.objects.all()
    assert {getattr(lead, field) for lead in (one, other) for field in contact} == set(
        contact.values()
    )
    assert one.score == other.score == 3  # two messages, and nothing for the contact
    assert possible_duplicates(one, agency) == []


def test_a_contact_takes_the_place_of_a_text_that_identifies_nobody(agency):
    capture(agency, [received("1", phone="TBC", email="ada@example.com")])

    capture(agency, [received("2", phone="07700 900123", email="ada@example.com")])
    capture(agency, [received("3", phone="07700 900123")])

    assert only_lead().phone == "+447700900123"
    events = LeadEvent.objects.filter(kind="capture").order_by("created_at", "id")
    assert [event.payload.get("replaced") for event in events] == [None, {"phone": "TBC"}, None]


def test_a_text_that_identifies_nobody_set_by_hand_stays(agency, agent):
    capture(agency, [received("1", email="ada@example.com")])
    correct(only_lead(), {"phone": "ask her"}, by=Actor.for_person(agent))

    capture(agency, [received("2", email="ada@example.com", phone="07700 900123")])

    assert only_lead().phone == "ask her"
    assert not_taken() == [{}, {"phone": "+447700900123"}]


# --- One person, however it is spelt -------------------------------------------------------------
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"email": "İlker@example.com"}, {"email": "İlker@example.com"}),
        ({"email": "İlker@example.com"}, {"email": "ilker@EXAMPLE.com"}),
        ({"email": "ada@example.com"}, {"email": "mailto:Ada@example.com?subject=A%20flat"}),
        ({"email": "ada@example.com"}, {"email": "Ada Byrne <ada@example.com>"}),
        ({"email": "ada@example.com"}, {"email": "\u200bada@exam\u00adple.com\u200e;"}),
        ({"phone": "07700 900123"}, {"phone": "tel:+44-7700-900123"}),
        ({"phone": "07700 900123"}, {"phone": "mob: 07700\u2009900\u2011123"}),
        ({"phone": "07700 900123"}, {"phone": "447700900123"}),
        ({"phone": "07700 900123"}, {"phone": "０７７００　９００１２３"}),
        ({"phone": "0161 496 0000 ext 12"}, {"phone": "+441614960000 x12"}),
        ({"phone": "+48 512 345 678"}, {"phone": "48512345678"}),
    ],
)
def test_another_spelling_is_the_same_person(agency, first, second):
    capture(agency, [received("1", **first)])
    capture(agency, [received("2", **second)])

    assert only_lead().conversations.count() == 2


def test_a_contact_corrected_by_hand_is_found_like_any_other(agency, agent):
    lead = make_lead(agency, name="Ada")
    correct(lead, {"email": "<ADA@example.com>"}, by=Actor.for_person(agent))

    capture(agency, [received("1", email="ada@example.com")])
    assert only_lead() == lead

    correct(lead, {"email": None}, by=Actor.for_person(agent))
    capture(agency, [received("2", email="ada@example.com")])
    assert Lead.objects.count() == 2


def test_a_merge_brings_a_contact_and_undoing_it_takes_it_away(agency, agent):
    by = Actor.for_person(agent)
    survivor = make_lead(agency, phone="n/a", created_at=at("2026-01-01"))
    other = make_lead(agency, phone="+447700900123", created_at=at("2026-02-01"))

    merge(agency, survivor_id=survivor.id, other_id=other.id, by=by)
    capture(agency, [received("1", phone="07700 900123")])
    survivor.refresh_from_db()
    assert survivor.phone == "+447700900123"
    assert survivor.conversations.count() == 1

    unmerge(agency, survivor_id=survivor.id, event_id=last_merge(survivor).id, by=by)
    capture(agency, [received("2", phone="07700 900123")])
    survivor.refresh_from_db()
    assert survivor.phone == "n/a"
    assert other.conversations.count() == 1


# --- Two people, though something is shared ------------------------------------------------------
@pytest.mark.parametrize("in_one_batch", [True, False])
def test_extensions_tell_people_of_one_office_apart(agency, in_one_batch):
    both = [
        received("1", name="Ada", phone="0161 496 0000 ext 12"),
        received("2", name="Ben", phone="0161 496 0000 ext 34"),
    ]

    for batch in [both] if in_one_batch else [both[:1], both[1:]]:
        capture(agency, batch)

    assert dict(Lead.objects.values_list("name", "phone")) == {
        "Ada": "+441614960000;ext=12",
        "Ben": "+441614960000;ext=34",
    }


def test_letters_on_a_keypad_are_no_digits(agency):
    capture(agency, [received("1", phone="+44 77OO 9OO123"), received("2", phone="07700 900123")])

    assert Lead.objects.count() == 2


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_a_couple_with_one_landline_are_two_leads_that_show_each_other(agency, in_one_batch):
    both = [
        received("1", name="Ada", email="ada@example.com", phone="0161 496 0000"),
        received("2", name="Ben", email="ben@example.com", phone="0161 496 0000"),
    ]

    for batch in [both] if in_one_batch else [both[:1], both[1:]]:
        capture(agency, batch)

    ada, ben = Lead.objects.order_by("name")
    assert (ada.email, ben.email) == ("ada@example.com", "ben@example.com")
    assert [(d.lead, d.common) for d in possible_duplicates(ada, agency)] == [(ben, "phone")]
    assert [(d.lead, d.common) for d in possible_duplicates(ben, agency)] == [(ada, "phone")]


def test_an_e_mail_comes_to_the_oldest_lead_of_the_phone_that_has_none(agency):
    make_lead(agency, email="ada@example.com", phone="+441614960000", created_at=at("2026-01-01"))
    older = make_lead(agency, phone="+441614960000", created_at=at("2026-02-01"))
    make_lead(agency, phone="+441614960000", created_at=at("2026-03-01"))

    capture(agency, [received("1", email="ben@example.com", phone="0161 496 0000")])

    older.refresh_from_db()
    assert older.email == "ben@example.com"


def test_an_e_mail_of_a_merged_lead_leads_to_what_it_became_though_that_has_another(agency, agent):
    survivor = make_lead(agency, email="ada@work.example", phone="+447700900123")
    other = make_lead(agency, email="ada@example.com")
    by = Actor.for_person(agent)
    merge(agency, survivor_id=survivor.id, other_id=other.id, by=by)

    capture(agency, [received("1", email="ada@example.com", phone="07700 900123")])

    assert survivor.conversations.count() == 1
    assert not_taken() == [{"email": "ada@example.com"}]


def test_a_phone_alone_leads_to_the_oldest_lead_that_has_it(agency):
    oldest = make_lead(
        agency, email="ada@example.com", phone="+441614960000", created_at=at("2026-01-01")
    )
    make_lead(agency, phone="+441614960000", created_at=at("2026-02-01"))

    capture(agency, [received("1", phone="0161 496 0000")])

    assert oldest.conversations.count() == 1


def test_of_hundreds_who_share_a_number_only_the_oldest_are_asked_about(agency):
    capture(
        agency,
        [received(str(n), email=f"{n}@example.com", phone="0161 496 0000") for n in range(300)],
    )
    oldest = Lead.objects.get(email="0@example.com")
    without = make_lead(agency, phone="+441614960000")

    query = KeptQuery(lambda: Lead.objects.first_of_contact("phone"))
    found = query.ask(agency=agency.id, keys=["+441614960000"])

    assert Lead.objects.count() == 301
    assert {id_ for id_, *_ in found} == {oldest.id, without.id}


# --- Nothing that was said is nowhere ------------------------------------------------------------
def test_what_the_lead_did_not_take_stands_in_the_event_and_the_history(agency, agent, rf):
    capture(agency, [received("1", email="ada@example.com", name="Ada", budget_max=350_000)])

    capture(
        agency,
        [
            received(
                "2", email=" ADA@example.com", name="Ben", budget_max=400_000, intent="rent",
                area="Roath",
            )
        ],
    )  # fmt: skip

    assert not_taken() == [{}, {"name": "Ben", "budget_max": "400000"}]
    entries = history_of(only_lead(), agent, rf.get("/").GET).entries
    told = [detail for entry in entries for detail in entry.details]
    assert "Also said name: Ben; the lead keeps what it had" in told
    assert "Also said budget, up to: £400k; the lead keeps what it had" in told
    exported = str(visitor_export(only_lead(), agency)["events"])
    assert "'not_taken': {'name': 'Ben', 'budget_max': '400000'}" in exported


def test_what_was_not_taken_goes_with_the_person_who_is_erased(agency, agent):
    capture(agency, [received("1", email="ada@example.com", name="Ada", phone="TBC")])
    capture(agency, [received("2", email="ada@example.com", name="Zoe", phone="07700 900123")])
    payloads = str(list(LeadEvent.objects.values_list("payload", flat=True)))
    assert "Zoe" in payloads
    assert "TBC" in payloads

    erase(only_lead(), agency, by=Actor.for_person(agent))

    assert not LeadEvent.objects.exists()


def test_an_e_mail_that_differs_is_not_lost_either(agency, agent):
    lead = make_lead(agency, name="Ada", phone="+447700900123")
    correct(lead, {"email": None, "area": "Leith"}, by=Actor.for_person(agent))
    correct(lead, {"email": "x"}, by=Actor.for_person(agent))
    correct(lead, {"email": None}, by=Actor.for_person(agent))

    capture(agency, [received("1", phone="07700 900123", email="ada@example.com", area="Ayr")])

    assert not_taken() == [{"email": "ada@example.com", "area": "Ayr"}]


def test_a_least_above_the_most_that_is_known_is_not_lost(agency):
    capture(agency, [received("1", email="ada@example.com", budget_max=300_000)])

    capture(agency, [received("2", email="ada@example.com", budget_min=400_000)])

    assert not_taken() == [{}, {"budget_min": "400000"}]


# --- One batch -----------------------------------------------------------------------------------
def test_the_earliest_conversation_of_a_batch_brings_the_lead(agency):
    late = received(
        "late", email="ada@example.com", channel="sms", area="Ayr", timeline="asap",
        started_at=at("2026-06-03"),
    )  # fmt: skip
    early = received(
        "early", email="ada@example.com", channel="email", area="Leith",
        started_at=at("2026-06-01"),
    )  # fmt: skip

    captured = capture(agency, [late, early])

    lead = only_lead()
    assert (lead.source, lead.created_at) == ("email", at("2026-06-01"))
    assert (lead.area, lead.timeline) == ("Leith", "asap")
    named = {str(c.id): c.external_id for c in lead.conversations.all()}
    assert [named[str(one.conversation_id)] for one in captured] == ["late", "early"]


def test_the_first_line_of_a_name_stands_whatever_the_times_say(agency):
    first = received("chat", area="Leith", started_at=at("2026-06-03"))
    again = received("chat", area="Ayr", started_at=at("2026-06-01"))

    captured = capture(agency, [first, again])

    assert [one.outcome for one in captured] == [Outcome.CREATED, Outcome.DIFFERS]
    assert only_lead().area == "Leith"
