"""Beside the list: a move within a row, word of new leads, and the switch of the keys."""

import json
import re

import pytest

from foundation.ids import uuid7
from leads.models import Lead
from leads.models.choices import LeadStatus
from organisations.actors import SYSTEM
from tests.factories import at, make_lead, move_lead

FRAGMENT = {"HX-Request": "true"}


def move(client, lead, status, *, seen=None, back="", **more):
    data = {"status": status, "seen": seen or lead.status}
    return client.post(f"/leads/{lead.id}/status/in-list/?{back}", data, **more)


def words(answer) -> str:
    return json.loads(answer["HX-Trigger"])["sift:announce"]["words"]


# --- A move within a row -------------------------------------------------------------------------
def test_a_move_in_its_row_answers_with_the_row_as_it_now_is(signed_in, agency):
    lead = make_lead(agency, name="Siân Hughes", status="hot")

    answer = move(signed_in, lead, "contacted", headers=FRAGMENT)
    row = answer.content.decode()

    assert answer.status_code == 200
    assert row.strip().startswith(f'<tr class="row" role="row" id="lead-{lead.id}">')
    assert 'name="seen" value="contacted"' in row
    assert f'value="{lead.id} contacted "' in row
    assert words(answer) == "Siân Hughes moved to Contacted"
    assert Lead.objects.get(pk=lead.pk).moved_on


def test_a_move_in_its_row_without_script_leads_back_to_the_same_list(signed_in, agency):
    lead = make_lead(agency, name="Siân Hughes", status="hot")

    answer = move(signed_in, lead, "contacted", back="status=hot&bogus=1", follow=True)

    assert answer.redirect_chain == [("/leads/?status=hot", 303)]
    assert "Siân Hughes moved to Contacted" in answer.content.decode()


@pytest.mark.parametrize("headers", [FRAGMENT, {}])
def test_a_stale_row_says_who_moved_the_lead_and_changes_nothing(signed_in, agency, headers):
    lead = make_lead(agency, status="hot")
    move_lead(lead, LeadStatus.LOST, by=SYSTEM)

    answer = move(signed_in, lead, "contacted", seen="hot", headers=headers)

    assert answer.status_code == 422
    assert "Not moved: System moved this lead to Lost meanwhile." in answer.content.decode()
    assert Lead.objects.get(pk=lead.pk).status == "lost"


def test_a_status_that_people_cannot_set_is_refused_in_the_row(signed_in, agency):
    lead = make_lead(agency, status="new")

    answer = move(signed_in, lead, "hot", headers=FRAGMENT)

    assert answer.status_code == 422
    assert "cannot be moved to" in answer.content.decode()
    assert Lead.objects.get(pk=lead.pk).status == "new"


def test_a_row_offers_what_people_may_set_beside_what_stands(signed_in, agency):
    make_lead(agency, status="hot")

    row = signed_in.get("/leads/").content.decode().split("<tbody")[1].split("</tbody>")[0]
    offered = re.findall(r'<option value="(\w+)"', row)

    assert offered == [
        "hot", "contacted", "qualified", "converted", "lost", "rejected", "archived", "new",
    ]  # fmt: skip


# --- Word of new leads ---------------------------------------------------------------------------
def poll(client, page, **more):
    """Ask as the page that was served does."""
    address = re.search(r'hx-get="(/leads/arrivals/[^"]+)"', page.content.decode())[1]
    return client.get(address.replace("&amp;", "&"), more, headers=FRAGMENT)


def test_nothing_is_said_until_a_lead_arrives(signed_in, agency):
    make_lead(agency)
    page = signed_in.get("/leads/")

    assert poll(signed_in, page).status_code == 204
    make_lead(agency)
    assert "1 new lead: show" in poll(signed_in, page).content.decode()
    make_lead(agency)
    assert "2 new leads: show" in poll(signed_in, page).content.decode()


def test_the_first_lead_of_all_is_announced_too(signed_in, agency):
    page = signed_in.get("/leads/")
    make_lead(agency)

    assert "1 new lead: show" in poll(signed_in, page).content.decode()


def test_only_leads_that_the_filters_let_through_are_announced(signed_in, agency, other_agency):
    old = make_lead(agency, status="cold")
    page = signed_in.get("/leads/?status=hot&status=warm&after=x")
    make_lead(agency, status="cold")
    make_lead(other_agency, status="hot")
    make_lead(agency, status="hot", merged_into=old)
    Lead.objects.filter(pk=old.pk).update(status="hot")

    assert poll(signed_in, page).status_code == 204
    make_lead(agency, status="warm")
    answer = poll(signed_in, page).content.decode()

    assert "1 new lead: show" in answer
    assert 'href="/leads/?status=hot&amp;status=warm"' in answer


def test_history_that_is_imported_arrives_however_old_it_is(signed_in, agency):
    make_lead(agency)
    page = signed_in.get("/leads/")
    make_lead(agency, created_at=at("2020-01-01 09:00"))

    assert "1 new lead" in poll(signed_in, page).content.decode()


def test_what_the_page_says_already_is_not_said_again(signed_in, agency):
    page = signed_in.get("/leads/")
    make_lead(agency)

    assert poll(signed_in, page, newest=uuid7()).status_code == 204
    address = re.search(r'hx-get="(/leads/arrivals/[^"]+)"', page.content.decode())[1]
    assert signed_in.get(f"{address}&shown=1").status_code == 204
    assert signed_in.get(f"{address}&shown=2").status_code == 200


def test_a_mark_that_is_not_understood_announces_nothing(signed_in, agency):
    make_lead(agency)

    for address in ("/leads/arrivals/", "/leads/arrivals/?newest=x"):
        assert signed_in.get(address).status_code == 204


def test_asking_takes_five_statements_however_many_arrived(signed_in, agency, statements_of):
    page = signed_in.get("/leads/")
    make_lead(agency)
    one = statements_of(lambda: poll(signed_in, page))
    for _ in range(120):
        make_lead(agency)
    answers = []
    many = statements_of(lambda: answers.append(poll(signed_in, page)))

    # Session, person with agency, people, count, and how many hot ones wait for the title.
    assert one == many == 5
    assert "99+ new leads: show" in answers[0].content.decode()


# --- The switch of the keys ----------------------------------------------------------------------
def test_the_keys_are_on_until_the_person_turns_them_off(signed_in, agent):
    assert '<dialog id="shortcuts"' in signed_in.get("/leads/").content.decode()

    off = signed_in.post("/settings/profile/", {"theme": "dark"}, follow=True).content.decode()
    agent.refresh_from_db()

    assert "Your choices are saved." in off
    assert not agent.shortcuts
    page = signed_in.get("/leads/").content.decode()
    assert '<dialog id="shortcuts"' not in page

    signed_in.post("/settings/profile/", {"theme": "dark", "shortcuts": "on"})
    agent.refresh_from_db()
    assert agent.shortcuts


def test_the_profile_changes_nothing_else_of_the_person(signed_in, agent):
    signed_in.post(
        "/settings/profile/", {"role": "admin", "name": "Boss", "email": "x@example.com"}
    )
    before = (agent.role, agent.name, agent.email)
    agent.refresh_from_db()

    assert (agent.role, agent.name, agent.email) == before
