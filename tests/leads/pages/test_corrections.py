"""Correcting a lead's facts by hand, on a page of its own or in place; two people at once."""

import html
import json
import re

import pytest

from leads.corrections import correct
from leads.models import Lead, LeadEvent
from organisations.actors import Actor
from tests.factories import make_lead, make_user

FRAGMENT = {"HX-Request": "true"}


def form_of(page: str) -> dict[str, str]:
    """The form as a browser would send it back untouched."""
    form = page[page.index("<form", page.index('id="lead-facts"')) :]
    form = form[: form.index("</form>")]
    data = {}
    for tag in re.findall(r"<input[^>]*>", form):
        said = {k: html.unescape(v) for k, v in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        if said["type"] != "checkbox" or " checked" in tag:
            untold = "on" if said["type"] == "checkbox" else ""
            data[said["name"]] = said.get("value", untold).replace("\n", "")
    for name, options in re.findall(r'<select name="(\w+)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        data[name] = chosen[1] if chosen else ""
    for name, text in re.findall(r'<textarea name="(\w+)"[^>]*>\r?\n?(.*?)</textarea>', form, re.S):
        data[name] = "\r\n".join(html.unescape(text).splitlines())
    data.pop("let_go", None)
    return data


def opened(client, lead) -> dict[str, str]:
    return form_of(client.get(f"/leads/{lead.id}/facts/").content.decode())


def save(client, lead, data, **more):
    return client.post(f"/leads/{lead.id}/facts/", data, **more)


def fresh(lead) -> Lead:
    return Lead.objects.get(pk=lead.pk)


@pytest.fixture
def lead(agency) -> Lead:
    return make_lead(
        agency, name="Siân\nHughes", email="sian@example.com", phone="0161 4960000 or so",
        summary="A flat\r\nwith a view", intent="buy", budget_min=250_000, budget_max=300_000,
        bedrooms_min=2, timeline="asap", viewing_requested=True,
    )  # fmt: skip


@pytest.mark.parametrize("seen", ["9" * 5000, "[" * 20_000, "{", '"\\ud800"', "NaN"])
def test_a_form_that_says_nonsense_of_what_it_showed_changes_nothing(signed_in, lead, seen):
    data = opened(signed_in, lead)

    answer = save(signed_in, lead, data | {"name": "Ada", "seen": seen})

    assert answer.status_code == 422
    assert fresh(lead).name == lead.name
    assert save(signed_in, lead, data | {"name": "Ada"}).status_code == 303


def test_a_form_sent_back_untouched_changes_nothing(signed_in, lead):
    answer = save(signed_in, lead, opened(signed_in, lead))

    assert answer.status_code == 303
    assert not LeadEvent.objects.exists()
    assert fresh(lead).updated_at == lead.updated_at
    assert fresh(lead).hand_set == []


def test_only_what_was_changed_is_saved_and_told(signed_in, lead, agent):
    data = opened(signed_in, lead) | {
        "name": " Siân Hughes ", "phone": "07700 900123", "budget_max": "£325,000",
        "timeline": "", "chain_status": "chain_free",
    }  # fmt: skip
    del data["viewing_requested"]

    answer = save(signed_in, lead, data)
    page = signed_in.get(answer["Location"]).content.decode()

    after = fresh(lead)
    assert (after.name, after.phone, after.budget_max) == ("Siân Hughes", "+447700900123", 325_000)
    assert (after.timeline, after.chain_status, after.viewing_requested) == (
        None, "chain_free", False,
    )  # fmt: skip
    assert set(after.hand_set) == {
        "name", "phone", "budget_max", "timeline", "chain_status", "viewing_requested",
    }  # fmt: skip
    assert {e.actor_id for e in LeadEvent.objects.filter(kind="field")} == {agent.id}
    assert "Facts saved" in page
    assert "Budget, up to: <strong><bdi>£325k</bdi></strong>" in page
    assert "<bdi>£300k</bdi>" in page
    assert after.score == (14 + 10 + 8 + 6 + 5 + 5 + 2)


def test_htmx_gets_the_facts_and_all_that_follows_from_them(signed_in, lead):
    form = signed_in.get(f"/leads/{lead.id}/facts/", headers=FRAGMENT).content.decode()
    data = form_of(form) | {"name": "Siân"}
    answer = save(signed_in, lead, data, headers=FRAGMENT)
    page = answer.content.decode()

    assert "<html" not in form
    assert answer.status_code == 200
    assert "Facts saved" in answer["HX-Trigger"]
    for part in ("facts", "head", "summary", "duplicates", "score", "history"):
        assert f'id="lead-{part}"' in page
    assert page.count("hx-swap-oob") == 5
    assert "<title>Siân – Sift</title>" in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("budget_min", "400000", "Write at most £300k"),
        ("budget_max", "200000", "Write at least £250k"),
        ("bedrooms_max", "1", "Write at least 2"),
        ("bedrooms_min", "51", "Write a whole number from 0 to 50."),
        ("budget_max", "lots", "Write whole pounds"),
        ("budget_max", "3000000000", "Write at most £2,147,483,647."),
        ("budget_min", "-1", "Write 0 or more pounds."),
        ("name", "x" * 201, "at most 200 characters"),
        ("email", "x" * 255, "at most 254 characters"),
        ("phone", "1" * 51, "at most 50 characters"),
        ("area", "x" * 201, "at most 200 characters"),
        ("summary", "x" * 2001, "at most 2000 characters"),
        ("area", "a\x00b", "Null characters are not allowed"),
        ("intent", "steal", "Choose one of those offered."),
        ("seen", "{}", "The page did not say what it showed"),
        ("seen", "nonsense", "The page did not say what it showed"),
        ("seen", "[1]", "The page did not say what it showed"),
    ],
)
def test_a_fault_is_named_at_its_field_and_nothing_is_saved(signed_in, lead, field, value, said):
    answer = save(signed_in, lead, opened(signed_in, lead) | {"name": "New", field: value})

    assert answer.status_code == 422
    assert [said in str(e) for e in answer.context["form"].errors[field]] == [True]
    assert said in html.unescape(answer.content.decode())
    assert fresh(lead).name == lead.name
    assert not LeadEvent.objects.exists()


def test_the_limits_themselves_are_taken(signed_in, lead):
    at_most = {
        "name": "x" * 200, "area": "y" * 200, "summary": "z" * 2000, "phone": "p" * 50,
        "bedrooms_min": "0", "bedrooms_max": "50", "budget_min": "0", "budget_max": "2147483647",
    }  # fmt: skip

    assert save(signed_in, lead, opened(signed_in, lead) | at_most).status_code == 303
    assert fresh(lead).budget_max == 2_147_483_647


def test_edits_of_different_facts_at_once_do_not_meet(signed_in, lead, agency):
    mine = opened(signed_in, lead) | {"area": "Leith"}
    theirs = Actor.for_person(make_user(agency, name="Priya Shah"))
    correct(fresh(lead), {"name": "Siân", "budget_max": 500_000}, by=theirs)

    answer = save(signed_in, lead, mine)

    assert answer.status_code == 303
    after = fresh(lead)
    assert (after.area, after.name, after.budget_max) == ("Leith", "Siân", 500_000)


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_the_later_of_two_edits_of_one_fact_sees_both_and_can_save_again(
    signed_in, lead, agency, headers
):
    mine = opened(signed_in, lead) | {"budget_max": "325000", "area": "Leith", "timeline": ""}
    theirs = Actor.for_person(make_user(agency, name="Priya Shah"))
    correct(fresh(lead), {"budget_max": 350_000, "name": "Siân"}, by=theirs)

    answer = save(signed_in, lead, mine, headers=headers)
    page = answer.content.decode()

    assert answer.status_code == 422
    [told] = answer.context["overtaken"]
    assert (told.label, told.stands, told.wrote) == ("Budget, up to", "£350k", "£325k")
    assert told.by.actor_name == "Priya Shah"
    assert "<bdi>Priya Shah</bdi>" in page
    assert "just now" in page
    assert (fresh(lead).budget_max, fresh(lead).area) == (350_000, None)
    # Nothing of mine is lost, and theirs that I did not touch is there.
    again = form_of(page)
    assert (again["budget_max"], again["area"], again["timeline"]) == ("325000", "Leith", "")
    assert again["name"] == "Siân"
    assert json.loads(again["seen"])["budget_max"] == 350_000

    assert save(signed_in, lead, again).status_code == 303
    after = fresh(lead)
    assert (after.budget_max, after.area, after.timeline) == (325_000, "Leith", None)
    assert after.name == "Siân"


def test_two_people_who_write_the_same_do_not_meet(signed_in, lead, agency):
    mine = opened(signed_in, lead) | {"area": "Leith"}
    correct(fresh(lead), {"area": "Leith"}, by=Actor.for_person(make_user(agency)))

    assert save(signed_in, lead, mine).status_code == 303
    assert LeadEvent.objects.filter(kind="field").count() == 1


def test_a_least_above_what_somebody_else_made_the_most_is_named(signed_in, lead, agency):
    mine = opened(signed_in, lead) | {"budget_min": "290000"}
    correct(fresh(lead), {"budget_max": 280_000}, by=Actor.for_person(make_user(agency)))

    answer = save(signed_in, lead, mine)

    assert answer.status_code == 422
    assert "Write at most £280k" in html.unescape(answer.content.decode())


def test_a_mark_of_the_hand_can_be_let_go_of(signed_in, lead):
    save(signed_in, lead, opened(signed_in, lead) | {"area": "Leith", "intent": ""})
    page = signed_in.get(f"/leads/{lead.id}/facts/").content.decode()
    assert page.count('name="let_go"') == 2

    save(signed_in, lead, form_of(page) | {"let_go": ["intent"]})

    assert fresh(lead).hand_set == ["area"]
    page = signed_in.get(f"/leads/{lead.id}/").content.decode()
    assert "Buy or rent may be filled by captures again" in page
