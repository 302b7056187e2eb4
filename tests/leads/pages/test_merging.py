"""Possible duplicates, merging and undoing on the pages; erasing and exporting."""

import json

import pytest

from leads.duplicates import possible_duplicates
from leads.merging import last_merge, merge
from leads.models import Lead
from leads.models.choices import LeadStatus
from leads.notes import add_note
from organisations.actors import Actor
from tests.factories import at, make_conversation, make_lead, make_message, move_lead


@pytest.fixture
def older(agency) -> Lead:
    return make_lead(
        agency, name="Siân", email="sian@example.com", created_at=at("2026-01-01 09:00")
    )


@pytest.fixture
def newer(agency) -> Lead:
    return make_lead(
        agency, name="S Hughes", email="SIAN@example.com", phone="+447700900123",
        created_at=at("2026-02-01 09:00"),
    )  # fmt: skip


def fresh(lead) -> Lead:
    return Lead.objects.get(pk=lead.pk)


def page_of(client, lead) -> str:
    return client.get(f"/leads/{lead.id}/").content.decode()


def merge_by_form(client, lead, other, **data):
    return client.post(f"/leads/{lead.id}/merge/", {"other": other.id, **data})


def test_possible_duplicates_are_named_with_what_they_have_in_common(
    signed_in, agency, other_agency, older, newer
):
    make_lead(agency, name="Same phone", phone="+447700900123")
    make_lead(agency, name="Nobody like it", phone="+447700900124")
    make_lead(other_agency, name="Theirs", email="sian@example.com")
    make_lead(agency, name="Merged", email="sian@example.com", merged_into=older)

    answer = signed_in.get(f"/leads/{newer.id}/")

    named = [(d.lead.name, d.common) for d in answer.context["duplicates"]]
    assert named == [("Siân", "e-mail"), ("Same phone", "phone")]
    assert f'href="/leads/{newer.id}/merge/?other={older.id}"' in answer.content.decode()


def test_a_lead_without_contact_has_no_duplicates(signed_in, agency):
    make_lead(agency)

    assert signed_in.get(f"/leads/{make_lead(agency).id}/").context["duplicates"] == []


def test_duplicates_are_found_by_index(agency, newer, django_assert_num_queries):
    with django_assert_num_queries(1):
        possible_duplicates(newer, agency)


def test_both_are_shown_side_by_side_before_they_are_merged(signed_in, older, newer):
    page = signed_in.get(f"/leads/{newer.id}/merge/?other={older.id}")
    text = page.content.decode()

    assert page.status_code == 200
    assert ("Name", "Siân", "S Hughes", True) in page.context["compared"]
    assert ("Phone", "not known", "07700 900123", False) in page.context["compared"]
    assert f'value="{older.id}" checked' in text
    assert fresh(newer).merged_into is None


def test_where_both_came_from_and_their_consent_are_shown_side_by_side(signed_in, agency, older):
    said = {"property_ref": "HV-1", "campaign": "Spring", "origin_url": "https://x.uk/elm"}
    newer = make_lead(agency, marketing_consent="denied", **said)
    Lead.objects.filter(id=older.id).update(property_ref="HV-2", marketing_consent="granted")

    page = signed_in.get(f"/leads/{newer.id}/merge/?other={older.id}")

    compared = page.context["compared"]
    assert ("Home asked about", "HV-2", "HV-1", True) in compared
    assert ("Campaign", "not known", "Spring", False) in compared
    assert ("Page", "not known", "https://x.uk/elm", False) in compared
    assert ("Marketing consent", "Granted", "Denied", True) in compared
    assert "as it was first told" in page.content.decode()


def test_of_what_neither_told_nothing_is_said(signed_in, older, newer):
    page = signed_in.get(f"/leads/{newer.id}/merge/?other={older.id}")

    assert "Marketing consent" not in [line[0] for line in page.context["compared"]]
    assert "as it was first told" not in page.content.decode()


@pytest.mark.parametrize("asked_from_the_older", [True, False])
def test_the_older_stays_unless_the_other_is_chosen(signed_in, older, newer, asked_from_the_older):
    asked = (older, newer) if asked_from_the_older else (newer, older)

    answer = merge_by_form(signed_in, *asked)

    assert (answer.status_code, answer["Location"]) == (303, f"/leads/{older.id}/")
    assert fresh(newer).merged_into_id == older.id


def test_the_newer_stays_where_it_is_chosen(signed_in, older, newer):
    answer = merge_by_form(signed_in, older, newer, survivor=newer.id)

    assert answer["Location"] == f"/leads/{newer.id}/"
    assert fresh(older).merged_into_id == newer.id


def test_the_survivor_shows_both_histories_and_can_undo(signed_in, older, newer, agent):
    move_lead(newer, LeadStatus.QUALIFIED, by=Actor.for_person(agent))
    merge_by_form(signed_in, older, newer)

    page = page_of(signed_in, older)
    assert "Merged with S Hughes" in page
    assert "Filled in: phone" in page
    assert "It said name: S Hughes" in page
    assert "on the lead <bdi>S Hughes</bdi> before it was merged" in page
    assert "Merged into" not in page  # told once
    assert page.count("Undo this merge") == 1

    event = last_merge(older)
    answer = signed_in.post(f"/leads/{older.id}/unmerge/", {"event": event.id})
    page = signed_in.get(answer["Location"]).content.decode()

    assert answer.status_code == 303
    assert "S Hughes is a lead of its own again" in page
    assert "Merge with S Hughes undone" in page
    assert "Undo this merge" not in page
    assert "Taken out of Siân again" in page_of(signed_in, newer)


def test_an_undoing_that_is_out_of_turn_says_why(signed_in, older, newer, agency):
    merge_by_form(signed_in, older, newer)
    first = last_merge(older)
    merge_by_form(signed_in, older, make_lead(agency))

    for event in (first.id, older.id, ""):
        answer = signed_in.post(f"/leads/{older.id}/unmerge/", {"event": event})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
    assert fresh(newer).merged_into_id == older.id


def test_a_merged_leads_page_leads_to_what_it_became_through_chains(signed_in, agency, agent):
    a, b, c = [make_lead(agency) for _ in range(3)]
    by = Actor.for_person(agent)
    merge(agency, survivor_id=b.id, other_id=a.id, by=by)
    merge(agency, survivor_id=c.id, other_id=b.id, by=by)

    assert signed_in.get(f"/leads/{a.id}/")["Location"] == f"/leads/{c.id}/"


def test_another_agencys_lead_cannot_be_merged_with(signed_in, older, other_agency):
    theirs = make_lead(other_agency)

    assert merge_by_form(signed_in, older, theirs).status_code == 404
    assert signed_in.get(f"/leads/{older.id}/merge/?other={theirs.id}").status_code == 404
    assert merge_by_form(signed_in, older, older).status_code == 422
    assert fresh(theirs).merged_into is None


def test_an_admin_exports_all_that_is_kept(signed_in_admin, older, newer, admin, agency):
    by = Actor.for_person(admin)
    make_message(make_conversation(agency, newer), content="Is there a gärden?")
    add_note(newer, "Likes gardens", by=by)
    merge(agency, survivor_id=older.id, other_id=newer.id, by=by)

    answer = signed_in_admin.get(f"/leads/{older.id}/export.json")
    told = json.loads(answer.content)

    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"] == f'attachment; filename="lead-{older.id}.json"'
    assert (told["lead"]["name"], told["lead"]["phone"]) == ("Siân", "+447700900123")
    assert [lead["name"] for lead in told["merged_leads"]] == ["S Hughes"]
    [conversation] = told["conversations"]
    assert [m["content"] for m in conversation["messages"]] == ["Is there a gärden?"]
    assert {event["kind"] for event in told["events"]} == {"note", "merge", "status"}


def test_an_export_takes_no_more_statements_however_much_is_kept(
    signed_in_admin, agency, statements_of
):
    few, many = make_lead(agency), make_lead(agency)
    make_conversation(agency, few, messages=1)
    for _ in range(20):
        make_conversation(agency, many, messages=3)

    one, other = (
        statements_of(lambda i=i: signed_in_admin.get(f"/leads/{i}/export.json"))
        for i in (few.id, many.id)
    )
    assert one == other


@pytest.mark.parametrize("typed", ["Siân", "erase", " siân ", "ERASE"])
def test_an_admin_erases_after_typing_the_name_or_the_word(signed_in_admin, older, typed):
    assert signed_in_admin.get(f"/leads/{older.id}/erase/").status_code == 200
    assert Lead.objects.exists()

    answer = signed_in_admin.post(f"/leads/{older.id}/erase/?from=status%3Dhot", {"typed": typed})

    assert (answer.status_code, answer["Location"]) == (303, "/leads/?status=hot")
    assert not Lead.objects.exists()
    assert signed_in_admin.get(f"/leads/{older.id}/").status_code == 404


@pytest.mark.parametrize("typed", ["", "Sian", "yes"])
def test_anything_else_typed_erases_nothing(signed_in_admin, older, typed):
    answer = signed_in_admin.post(f"/leads/{older.id}/erase/", {"typed": typed})

    assert answer.status_code == 422
    assert "Nothing was erased" in answer.content.decode()
    assert Lead.objects.exists()


def test_an_agent_neither_erases_nor_exports_and_sees_why(signed_in, older):
    answers = [
        signed_in.get(f"/leads/{older.id}/export.json"),
        signed_in.get(f"/leads/{older.id}/erase/"),
        signed_in.post(f"/leads/{older.id}/erase/", {"typed": "erase"}),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert Lead.objects.exists()
    page = page_of(signed_in, older)
    assert "takes an admin of your agency" in page
    assert "/erase/" not in page
