"""Changing many leads from the list: what is asked, what is said, what can be undone."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from foundation.ids import uuid7
from leads.models import Lead, LeadEvent
from leads.models.choices import LeadStatus
from tests.factories import make_lead, make_user
from tests.markup import without_layout

FRAGMENT = {"HX-Request": "true"}


def box(lead) -> str:
    """What the row's box sends."""
    return f"{lead.id} {lead.status} {lead.assignee_id or ''}"


def bulk(client, *leads, headers=None, **data):
    data = {"act": "move", "lead": [box(lead) for lead in leads]} | data
    return client.post("/leads/bulk/", data, headers=headers, follow=True)


def said(answer) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def undo_address(answer) -> str:
    return re.search(r'action="(/leads/bulk/[^"]+/undo/[^"]*)"', answer.content.decode())[
        1
    ].replace("&amp;", "&")


def statuses(agency) -> list[str]:
    leads = Lead.objects.for_organisation(agency)
    return sorted(leads.values_list("status", flat=True))


def test_the_rows_boxes_belong_to_the_form_and_say_what_the_row_shows(signed_in, agency, agent):
    lead = make_lead(agency, status="hot", assignee=agent)

    page = without_layout(signed_in.get("/leads/").content.decode())

    assert f'form="bulk" name="lead" value="{lead.id} hot {agent.id}"' in page
    assert 'id="bulk"' in page


def test_selected_leads_are_moved_and_undo_is_offered(signed_in, agency):
    one, other, rest = [make_lead(agency, status="hot") for _ in range(3)]

    answer = bulk(signed_in, one, other, to_status="lost", back="status=hot&after=x&bogus=1")

    assert answer.redirect_chain == [("/leads/?status=hot&after=x", 303)]
    assert said(answer) == "2 leads moved to Lost."
    assert statuses(agency) == ["hot", "lost", "lost"]
    assert Lead.objects.get(pk=rest.pk).status == "hot"

    undone = signed_in.post(undo_address(answer), follow=True)

    assert undone.redirect_chain == [("/leads/?status=hot&after=x", 303)]
    assert said(undone) == "Undone: 2 leads got the status from before back."
    assert statuses(agency) == ["hot", "hot", "hot"]


def test_selected_leads_are_assigned_to_a_person_or_to_nobody(signed_in, agency, agent):
    lead = make_lead(agency)

    answer = bulk(signed_in, lead, act="assign", to_person=str(agent.id))
    lead.refresh_from_db()

    assert lead.assignee == agent
    assert said(answer) == "1 lead assigned to Amir Agent."
    bulk(signed_in, lead, act="assign", to_person="nobody")
    lead.refresh_from_db()
    assert lead.assignee is None


def test_htmx_gets_the_list_anew_with_the_words_beside_it(signed_in, agency):
    lead = make_lead(agency, status="hot")

    answer = bulk(signed_in, lead, to_status="lost", headers=FRAGMENT)
    page = answer.content.decode()

    assert "<html" not in page
    assert 'id="lead-results"' in page
    assert '<div id="messages" hx-swap-oob="true">' in page
    assert "1 lead moved to Lost." in page
    assert 'hx-swap-oob="true"' not in signed_in.get("/leads/", headers=FRAGMENT).content.decode()


def test_leads_moved_since_the_page_was_made_are_left_alone_and_counted(signed_in, agency, agent):
    one, other = make_lead(agency, status="hot"), make_lead(agency, status="hot")
    seen = [box(one), box(other)]
    Lead.objects.filter(pk=one.pk).update(status="converted")

    answer = bulk(signed_in, lead=seen, to_status="lost")

    assert said(answer).startswith("1 lead moved to Lost. 1 left alone")
    assert statuses(agency) == ["converted", "lost"]


def test_another_agencys_leads_are_not_changed_which_is_said(signed_in, agency, other_agency):
    theirs = make_lead(other_agency, status="hot")

    answer = bulk(signed_in, theirs, to_status="lost")

    assert said(answer) == "Nothing changed. 1 not found among your agency’s leads."
    assert statuses(other_agency) == ["hot"]
    assert not LeadEvent.objects.exists()
    assert "/undo/" not in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"to_status": ""}, "Choose where to move the leads."),
        ({"to_status": "hot"}, "Leads cannot be moved to “hot”."),
        ({"to_status": "lost", "lead": []}, "Select the leads first"),
        ({"to_status": "lost", "lead": ["x hot "]}, "did not say which leads"),
        ({"to_status": "lost", "lead": [f"{uuid7()} tepid "]}, "did not say which leads"),
        ({"to_status": "lost", "lead": [f"{uuid7()} hot "] * 501}, "At most 500 leads"),
        ({"act": "assign", "to_person": ""}, "Choose to whom the leads go."),
        ({"act": "erase"}, "Choose what to do with the leads."),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(signed_in, agency, data, fault):
    lead = make_lead(agency, status="new")

    answer = bulk(signed_in, **{"lead": [box(lead)]} | data)
    fragment = bulk(signed_in, **{"lead": [box(lead)]} | data, headers=FRAGMENT)

    assert answer.status_code == fragment.status_code == 422
    assert fault in answer.content.decode()
    assert fault in fragment.content.decode()
    assert fragment["HX-Retarget"] == "#bulk-faults"
    assert statuses(agency) == ["new"]


def test_leads_go_only_to_active_people_of_the_same_agency(signed_in, agency, other_agency):
    lead = make_lead(agency)
    gone = make_user(agency)
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    stranger = make_user(other_agency)

    for person in (gone, stranger):
        answer = bulk(signed_in, lead, act="assign", to_person=str(person.id))
        assert answer.status_code == 422

    assert Lead.objects.get(pk=lead.pk).assignee is None


# --- All that match ------------------------------------------------------------------------------
def make_hot(agency, number: int) -> None:
    for _ in range(number):
        make_lead(agency, status="hot")


def test_a_page_full_that_matches_is_changed_at_once(signed_in, agency):
    make_hot(agency, 3)
    make_lead(agency, status="cold")

    answer = bulk(signed_in, scope="matching", to_status="lost", back="status=hot")

    assert said(answer) == "3 leads moved to Lost."
    assert statuses(agency) == ["cold", "lost", "lost", "lost"]


def test_more_than_a_page_is_asked_about_with_the_number_first(signed_in, agency):
    make_hot(agency, 51)
    make_lead(agency, status="cold")

    question = bulk(signed_in, scope="matching", to_status="lost", back="status=hot")
    page = question.content.decode()

    assert len(question.redirect_chain) == 1
    assert "Move 51 leads to Lost?" in page
    assert statuses(agency).count("hot") == 51

    make_lead(agency, status="hot", name="Arrived after the question")
    hidden = dict(
        re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.split("actions")[1])
    )
    answer = signed_in.post("/leads/bulk/", hidden, follow=True)

    assert said(answer) == "51 leads moved to Lost."
    assert statuses(agency) == ["cold", "hot", *["lost"] * 51]


def test_htmx_is_led_to_the_question_as_a_page(signed_in, agency):
    make_hot(agency, 51)

    answer = bulk(signed_in, scope="matching", to_status="lost", back="", headers=FRAGMENT)
    asked = urlsplit(answer["HX-Redirect"])

    assert asked.path == "/leads/bulk/"
    assert parse_qs(asked.query)["to_status"] == ["lost"]
    assert "Move 51 leads" in signed_in.get(answer["HX-Redirect"]).content.decode()


def test_the_question_says_where_no_lead_is_left_to_change(signed_in, agency):
    make_lead(agency, status="lost")

    answer = signed_in.get("/leads/bulk/?act=move&to_status=lost&scope=matching")

    assert "Nothing to change" in answer.content.decode()


def test_looking_at_the_question_changes_nothing(signed_in, agency):
    make_hot(agency, 1)

    signed_in.get("/leads/bulk/?act=move&to_status=lost&scope=matching&upto=" + str(uuid7()))

    assert statuses(agency) == ["hot"]


# --- Undo ----------------------------------------------------------------------------------------
def test_undo_is_offered_however_long_the_lists_address_was(signed_in, agency):
    lead = make_lead(agency, status="hot")

    answer = bulk(signed_in, lead, to_status="lost", back="after=" + "x" * 3900)

    assert said(answer) == "1 lead moved to Lost."
    assert signed_in.post(undo_address(answer)).status_code == 303
    assert statuses(agency) == ["hot"]


def test_what_was_changed_again_is_not_undone_and_is_counted(signed_in, agency):
    one, other = make_lead(agency, status="hot"), make_lead(agency, status="hot")
    answer = bulk(signed_in, one, other, to_status="lost")
    signed_in.post(f"/leads/{one.id}/status/", {"status": "contacted", "seen": "lost"})

    undone = signed_in.post(undo_address(answer), follow=True)

    assert "1 lead got the status from before back. 1 left alone" in said(undone)
    assert statuses(agency) == ["contacted", "hot"]


def test_a_colleague_cannot_undo_but_an_admin_can(signed_in, agency, admin):
    lead = make_lead(agency, status="hot")
    address = undo_address(bulk(signed_in, lead, to_status="lost"))
    colleague, boss = Client(), Client()
    colleague.force_login(make_user(agency))
    boss.force_login(admin)

    assert colleague.post(address).status_code == 403
    assert statuses(agency) == ["lost"]
    assert boss.post(address).status_code == 303
    assert statuses(agency) == ["hot"]


def test_undo_lapses_after_an_hour_and_says_so(signed_in, agency):
    lead = make_lead(agency, status="hot")
    address = undo_address(bulk(signed_in, lead, to_status="lost"))
    event = LeadEvent.objects.get()
    LeadEvent.objects.update(created_at=event.created_at - timedelta(minutes=61))

    answer = signed_in.post(address, follow=True)

    assert said(answer) == "Nothing changed: Undo is offered for an hour."
    assert statuses(agency) == ["lost"]


def test_a_single_move_is_no_run_to_be_undone(signed_in, agency, agent):
    lead = make_lead(agency, status="hot")
    signed_in.post(f"/leads/{lead.id}/status/", {"status": LeadStatus.LOST, "seen": "hot"})

    assert signed_in.post(f"/leads/bulk/{uuid7()}/undo/").status_code == 404


def test_without_its_token_nothing_is_done(agency, agent):
    lead = make_lead(agency, status="hot")
    client = Client(enforce_csrf_checks=True)
    client.force_login(agent)

    for address in ("/leads/bulk/", f"/leads/{lead.id}/status/in-list/", "/leads/views/"):
        data = {"act": "move", "to_status": "lost", "lead": box(lead), "status": "lost"}
        assert client.post(address, data | {"seen": "hot", "name": "x"}).status_code == 403
    assert statuses(agency) == ["hot"]
