"""Changing many leads from the list: what is asked, what is said, what can be undone."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from foundation.ids import uuid7
from leads.models import Lead, LeadEvent
from leads.models.choices import LeadStatus
from leads.notes import add_note
from organisations.actors import Actor
from tests.factories import make_lead, make_user, move_lead
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
    assert '<div id="messages"' not in signed_in.get("/leads/", headers=FRAGMENT).content.decode()


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

    assert said(answer) == (
        "51 leads moved to Lost. 1 left alone: it arrived after your page was made."
    )
    assert statuses(agency) == ["cold", "hot", *["lost"] * 51]


def chosen_all(client, address: str, **data):
    """All that match are chosen on a page of the list, made now; they are changed when called."""
    page = unescape(client.get(address).content.decode())
    bar = page.split('id="bulk"')[1].split("</form>")[0]
    hidden = dict(re.findall(r'name="(made|said|back)"\s+value="([^"]*)"', bar))
    data = hidden | {"scope": "matching", "act": "move", "to_status": "lost"} | data
    return lambda: client.post("/leads/bulk/", data, follow=True)


def test_the_page_says_how_many_match(signed_in, agency):
    make_hot(agency, 3)
    make_lead(agency, status="cold")

    assert "All that match (3)" in signed_in.get("/leads/?status=hot").content.decode()
    assert "All that match (4)" in signed_in.get("/leads/").content.decode()


def test_however_few_match_none_is_taken_that_arrived_since_the_page(signed_in, agency):
    make_hot(agency, 2)
    change = chosen_all(signed_in, "/leads/?status=hot")
    make_lead(agency, status="hot")

    assert said(change()) == (
        "2 leads moved to Lost. 1 left alone: it arrived after your page was made."
    )
    assert statuses(agency) == ["hot", "lost", "lost"]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ({"to_status": "lost"}, "2 leads moved to Lost."),
        ({"act": "assign", "to_person": "nobody"}, "Nothing changed. 2 stood so already."),
    ],
)
def test_none_is_taken_that_a_colleague_moved_since_the_page(signed_in, agency, admin, act, words):
    make_hot(agency, 2)
    moved = make_lead(agency, status="hot", assignee=admin)
    change = chosen_all(signed_in, "/leads/", **act)
    move_lead(moved, "converted", by=Actor.for_person(admin))

    assert said(change()) == (
        f"{words} 1 left alone: somebody else changed it after your page was made."
    )
    moved.refresh_from_db()
    assert (moved.status, moved.assignee) == ("converted", admin)


def test_none_is_taken_that_a_colleague_moved_among_those_that_match(signed_in, agency, admin):
    make_hot(agency, 2)
    cold = make_lead(agency, status="contacted")
    change = chosen_all(signed_in, "/leads/?status=hot&status=new")
    move_lead(cold, "new", by=Actor.for_person(admin))

    assert "2 leads moved to Lost. 1 left alone: somebody else changed it" in said(change())
    assert statuses(agency) == ["lost", "lost", "new"]


def test_what_a_colleague_moved_out_of_the_filter_is_counted_as_left_alone(
    signed_in, agency, admin
):
    make_hot(agency, 2)
    change = chosen_all(signed_in, "/leads/?status=hot")
    move_lead(Lead.objects.first(), "contacted", by=Actor.for_person(admin))

    assert said(change()) == "1 lead moved to Lost. 1 left alone: it no longer matches."
    assert statuses(agency) == ["contacted", "lost"]


def test_a_colleague_who_moved_a_lead_before_the_page_was_made_is_in_nobodys_way(
    signed_in, agency, admin
):
    moved = make_lead(agency, status="hot")
    move_lead(moved, "contacted", by=Actor.for_person(admin))
    change = chosen_all(signed_in, "/leads/")

    assert said(change()) == "1 lead moved to Lost."


def test_neither_a_note_of_a_colleagues_nor_ones_own_move_stands_in_the_way(
    signed_in, agency, agent, admin
):
    mine, noted = make_lead(agency, status="hot"), make_lead(agency, status="hot")
    change = chosen_all(signed_in, "/leads/")
    move_lead(mine, "contacted", by=Actor.for_person(agent))
    add_note(noted, "Called twice.", by=Actor.for_person(admin))

    assert said(change()) == "2 leads moved to Lost."


def test_what_stood_so_already_is_counted(signed_in, agency):
    make_hot(agency, 1)
    make_lead(agency, status="lost")

    assert said(chosen_all(signed_in, "/leads/")()) == "1 lead moved to Lost. 1 stood so already."


def test_the_question_leaves_alone_what_arrived_or_was_moved_since_the_list_was_made(
    signed_in, agency, admin
):
    make_hot(agency, 53)
    change = chosen_all(signed_in, "/leads/?status=hot&status=contacted")
    first, second, third = Lead.objects.order_by("created_at", "id")[:3]
    move_lead(first, "contacted", by=Actor.for_person(admin))
    move_lead(second, "converted", by=Actor.for_person(admin))
    make_lead(agency, status="hot")

    page = unescape(change().content.decode())

    assert "Move 51 leads to Lost?" in page
    assert "1 left alone: somebody else changed it after your page was made." in page
    assert "1 left alone: it arrived after your page was made." in page
    assert "1 left alone: it no longer matches." in page
    hidden = dict(
        re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.split("actions")[1])
    )
    move_lead(third, "archived", by=Actor.for_person(admin))

    answer = said(signed_in.post("/leads/bulk/", hidden, follow=True))

    assert answer == (
        "50 leads moved to Lost."
        " 1 left alone: somebody else changed it after your page was made."
        " 1 left alone: it arrived after your page was made."
        " 2 left alone: it no longer matches."
    )


@pytest.mark.parametrize("fault", [{"made": "x"}, {"said": "many"}, {"said": "-1"}])
def test_a_page_that_does_not_say_when_it_was_made_changes_nothing(signed_in, agency, fault):
    make_hot(agency, 1)

    answer = bulk(signed_in, scope="matching", to_status="lost", back="", **fault)

    assert answer.status_code == 422
    assert "did not say which leads" in answer.content.decode()
    assert statuses(agency) == ["hot"]


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


def offered(client, address: str) -> list[str]:
    """The runs that a page offers to undo."""
    page = client.get(address).content.decode()
    return re.findall(r'action="(/leads/bulk/[0-9a-f-]+/undo/)"', page)


def test_undo_stands_at_each_leads_history_and_leads_back_there(signed_in, agency):
    one, other = make_lead(agency, status="hot"), make_lead(agency, status="hot")
    bulk(signed_in, one, other, to_status="lost")
    signed_in.get("/leads/")  # the banner goes
    history = f"/leads/{other.id}/"

    page = signed_in.get(history).content.decode()
    (undo,) = offered(signed_in, history)
    undone = signed_in.post(undo, {"back_to": history}, follow=True)

    assert "Undo for all 2 leads" in page
    assert undone.redirect_chain == [(history, 303)]
    assert said(undone) == "Undone: 2 leads got the status from before back."
    assert statuses(agency) == ["hot", "hot"]
    assert offered(signed_in, history) == []


def test_undo_in_a_history_is_for_who_made_the_change_and_for_admins(signed_in, agency, admin):
    lead = make_lead(agency, status="hot")
    bulk(signed_in, lead, to_status="lost")
    colleague, boss = Client(), Client()
    colleague.force_login(make_user(agency))
    boss.force_login(admin)

    assert offered(colleague, f"/leads/{lead.id}/") == []
    assert len(offered(boss, f"/leads/{lead.id}/")) == 1
    assert len(offered(boss, f"/leads/{lead.id}/history/")) == 1


def test_undo_in_a_history_lasts_an_hour(signed_in, agency):
    lead = make_lead(agency, status="hot")
    bulk(signed_in, lead, to_status="lost")
    event = LeadEvent.objects.get()

    LeadEvent.objects.update(created_at=event.created_at - timedelta(minutes=59))
    assert len(offered(signed_in, f"/leads/{lead.id}/")) == 1
    LeadEvent.objects.update(created_at=event.created_at - timedelta(minutes=61))
    assert offered(signed_in, f"/leads/{lead.id}/") == []


def test_a_history_asks_for_its_runs_in_two_statements_however_many(
    signed_in, agency, statements_of
):
    lead = make_lead(agency, status="hot")
    counts = [statements_of(lambda: signed_in.get(f"/leads/{lead.id}/history/"))]
    for status in ("lost", "archived", "rejected"):
        lead.refresh_from_db()
        bulk(signed_in, lead, to_status=status)
        counts.append(statements_of(lambda: signed_in.get(f"/leads/{lead.id}/history/")))

    assert {count - counts[0] for count in counts[1:]} == {2}


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:x"]
)
def test_undo_leads_back_to_no_other_site(signed_in, agency, elsewhere):
    lead = make_lead(agency, status="hot")
    undo = undo_address(bulk(signed_in, lead, to_status="lost"))

    assert signed_in.post(undo, {"back_to": elsewhere})["Location"].startswith("/leads/")


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
