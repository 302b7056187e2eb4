"""What a person is told while a page of theirs is open: on the server's side."""

import re

import pytest

from tests.alerts.conftest import wants
from tests.factories import make_lead, make_user

pytestmark = pytest.mark.django_db

CHOICES = "/settings/profile/alerts/"


def title_of(answer) -> str:
    return re.search(r"<title>(.*)</title>", answer.content.decode())[1]


def test_titles_say_how_many_hot_leads_wait_for_who_wants_it(signed_in, agency, agent):
    assert title_of(signed_in.get("/leads/")) == "Leads – Sift"
    for status in ("hot", "hot", "warm", "contacted"):
        make_lead(agency, status=status)

    assert title_of(signed_in.get("/leads/")) == "(2) Leads – Sift"
    assert title_of(signed_in.get("/")) == "(2) Overview – Sift"
    renewed = {"HX-Request": "true", "HX-Target": "overview"}
    assert title_of(signed_in.get("/", headers=renewed)) == "(2) Overview – Sift"

    signed_in.post(CHOICES, {})
    assert title_of(signed_in.get("/leads/")) == "Leads – Sift"


def test_the_script_that_tells_is_loaded_for_who_asked_for_it_alone(signed_in, agency, agent):
    def is_loaded(address: str) -> bool:
        page = signed_in.get(address).content.decode()
        assert ("data-hot-leads" in page) is ("js/alerts.js" in page)
        return "js/alerts.js" in page

    lead = make_lead(agency)
    assert not is_loaded("/leads/")

    signed_in.post(CHOICES, {"hot_sound": "on"})

    assert is_loaded("/leads/")
    assert is_loaded(f"/leads/{lead.id}/")
    assert 'data-tells-by="sound"' in signed_in.get("/").content.decode()
    assert not is_loaded("/settings/profile/")  # which does not renew itself


def test_hot_leads_are_named_newest_first_and_only_ones_own_that_nobody_took(
    signed_in, agency, other_agency, agent
):
    make_lead(agency, name="Older", status="hot")
    newer = make_lead(agency, name="Newer", status="hot")
    make_lead(agency, name="Taken", status="hot", assignee=agent)
    make_lead(agency, name="Warm", status="warm")
    make_lead(other_agency, name="Theirs", status="hot")

    told = signed_in.get("/alerts/hot").json()

    assert told["waiting"] == 3
    assert [lead["name"] for lead in told["newest"]] == ["Newer", "Older"]
    assert told["newest"][0] == {
        "id": str(newer.id), "name": "Newer", "url": f"/leads/{newer.id}/",
    }  # fmt: skip


def test_asking_costs_the_same_for_one_lead_and_for_fifty(signed_in, agency, statements_of):
    def ask():
        signed_in.get("/alerts/hot")

    make_lead(agency, status="hot")
    ask()
    one = statements_of(ask)
    for _ in range(49):
        make_lead(agency, status="hot")

    assert statements_of(ask) == one <= 4


# --- The profile ----------------------------------------------------------------------------------
def test_the_profile_shows_what_was_chosen_and_keeps_it(signed_in, agent):
    chosen = {"letter_of_hot_leads": "on", "letter_of_follow_ups": "on", "hot_sound": "on"}

    answer = signed_in.post(CHOICES, chosen)

    agent.refresh_from_db()
    kept = {name: getattr(agent, name) for name in (*chosen, "letter_of_assigned", "hot_in_title")}
    assert answer["Location"] == "/settings/profile/"
    assert kept == dict.fromkeys(chosen, True) | {
        "letter_of_assigned": False, "hot_in_title": False,
    }  # fmt: skip
    page = signed_in.get("/settings/profile/").content.decode()
    for name in ("letter_of_hot_leads", "letter_of_assigned"):
        box = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)[0]
        assert ("checked" in box) is (name in chosen)


def test_nobody_but_who_asked_is_told_by_letter_or_sound(agency):
    person = make_user(agency)

    chosen = [
        name
        for name in (
            "letter_of_hot_leads", "letter_of_assigned", "letter_of_follow_ups",
            "hot_notifications", "hot_sound",
        )
        if getattr(person, name)
    ]  # fmt: skip

    assert chosen == []
    assert wants(person, "hot_sound").hears_of_hot_leads
