"""What the bar at the head of a lead does with one press, and how it is taken back."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from foundation.days import next_weekday, today
from leads.assignment import assign
from leads.bulk import Move, change_matching
from leads.follow_ups import set_follow_up
from leads.models import Lead, LeadEvent
from leads.models.choices import LeadStatus
from organisations.actors import SYSTEM, Actor
from organisations.hours.reading import hours_of
from organisations.models import AuditEntry, Change
from tests.factories import at, make_lead, make_user, move_lead
from tests.markup import without_layout

FRAGMENT = {"HX-Request": "true"}
CONTACTED = {"status": "contacted", "mine": "on", "goes_on": "on"}


@pytest.fixture
def lead(agency) -> Lead:
    return make_lead(agency, name="Siân Hughes", status="hot", score=81)


def fresh(lead) -> Lead:
    return Lead.objects.get(pk=lead.pk)


def press(client, lead, act="status", *, origin="", headers=None, **said):
    """As a page does that shows the lead as it is; what it says else is in `said`."""
    now = fresh(lead)
    seen = {
        "seen": now.status,
        "seen_assignee": str(now.assignee_id),
        "seen_follow_up": now.follow_up_on or "",
    }
    return client.post(f"/leads/{lead.id}/{act}/{origin}", seen | said, headers=headers)


def last_act(lead) -> str:
    events = LeadEvent.objects.filter(lead=lead, payload__has_key="act")
    return events.order_by("created_at", "id").last().payload["act"]


def undo(client, lead, act=None, **more):
    return client.post(f"/leads/{lead.id}/acts/{act or last_act(lead)}/undo/", follow=True, **more)


def kinds(lead) -> list[str]:
    events = LeadEvent.objects.filter(lead=lead).order_by("created_at", "id")
    return list(events.values_list("kind", flat=True))


def page_of(client, lead) -> str:
    return without_layout(client.get(f"/leads/{lead.id}/").content.decode())


# --- Contacted, mine and next ---------------------------------------------------------------------
@pytest.mark.parametrize("headers", [None, FRAGMENT])
def test_one_press_takes_the_lead_moves_it_and_opens_the_next(signed_in, agency, agent, headers):
    for day in (1, 2, 3):
        make_lead(agency, name=f"Lead {day}", status="hot", created_at=at(f"2026-01-0{day} 09:00"))
    third, second, _ = Lead.objects.order_by("-created_at")

    answer = press(signed_in, third, origin="?from=status%3Dhot", headers=headers, **CONTACTED)

    onwards = f"/leads/{second.id}/?from=status%3Dhot&done=1"
    assert answer.get("Location" if headers is None else "HX-Redirect") == onwards
    assert answer.status_code == (303 if headers is None else 200)
    assert (fresh(third).status, fresh(third).assignee) == ("contacted", agent)
    page = signed_in.get(onwards).content.decode()
    assert "Lead 3: Moved to Contacted" in page
    assert "2 of 3" in page


def test_the_overviews_waiting_list_is_a_list_too_and_goes_by_how_long_they_wait(
    signed_in, agency, other_agency, agent
):
    make_lead(other_agency, status="hot", created_at=at("2026-01-01 09:00"))
    taken = make_lead(agency, status="hot", created_at=at("2026-01-01 09:00"))
    assign(taken, agent, by=Actor.for_person(agent))
    days = {("hot", 3), ("hot", 2), ("warm", 1), ("new", 2), ("cold", 1)}
    leads = {
        (status, day): make_lead(
            agency, status=status, score={"hot": 80, "warm": 50, "new": None, "cold": 5}[status],
            created_at=at(f"2026-01-0{day} 09:00"),
        )
        for status, day in days
    }  # fmt: skip
    in_order = [("hot", 2), ("hot", 3), ("warm", 1), ("new", 2), ("cold", 1)]

    walked, url = [], f"/leads/{leads['hot', 2].id}/?from=waiting"
    for number, place in enumerate(in_order, 1):
        page = signed_in.get(url)
        assert f"{number} of 5" in page.content.decode()
        assert page.context["way"].previous is None  # those before are waited for no more
        walked.append(page.context["lead"].id)
        answer = press(signed_in, leads[place], origin=url[url.index("?") :], **CONTACTED)
        url = answer["Location"]

    assert walked == [leads[place].id for place in in_order]
    assert url == f"/leads/{leads['cold', 1].id}/?from=waiting&done=4"  # there is none after it
    assert "0 left" in signed_in.get(url).content.decode()


def test_a_lead_in_the_middle_of_the_waiting_list_has_one_on_either_side(signed_in, agency):
    statuses = (("hot", 80), ("warm", 50), ("cold", 5))
    first, second, third = (make_lead(agency, status=s, score=n) for s, n in statuses)

    page = signed_in.get(f"/leads/{second.id}/?from=waiting")

    assert (page.context["way"].previous, page.context["way"].next) == (first.id, third.id)
    assert 'href="/">Back to the list</a>' in page.content.decode()


def test_where_one_came_from_no_list_the_press_stays_with_the_lead(signed_in, lead, agent):
    assert "Contacted and mine" in page_of(signed_in, lead)

    answer = press(signed_in, lead, **CONTACTED)

    assert answer["Location"] == f"/leads/{lead.id}/"
    assert fresh(lead).assignee == agent


@pytest.mark.parametrize("headers", [None, FRAGMENT])
def test_a_note_that_was_written_beside_it_goes_along(signed_in, lead, headers):
    press(signed_in, lead, headers=headers, text="Rang, wants Saturday", **CONTACTED)

    assert kinds(lead) == ["note", "assignment", "status"]
    assert "Rang, wants Saturday" in page_of(signed_in, lead)


def test_a_note_that_is_too_long_stops_the_press_and_is_not_lost(signed_in, lead):
    answer = press(signed_in, lead, text="x" * 5001, **CONTACTED)

    assert answer.status_code == 422
    assert "x" * 5001 in answer.content.decode()
    assert kinds(lead) == []


def test_a_lead_that_somebody_took_meanwhile_is_left_to_them(signed_in, lead, agency, agent):
    priya = make_user(agency, name="Priya Shah")
    assign(lead, priya, by=Actor.for_person(priya))

    answer = press(signed_in, lead, seen_assignee="None", text="Rang", **CONTACTED)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.search(r"<bdi>Priya Shah</bdi>\s+gave this lead to <bdi>Priya Shah</bdi>", page)
    assert ">\nRang</textarea>" in page
    assert (fresh(lead).status, fresh(lead).assignee) == ("hot", priya)
    assert press(signed_in, lead, **CONTACTED).status_code == 303
    assert fresh(lead).assignee == agent


# --- No answer ------------------------------------------------------------------------------------
def test_no_answer_is_noted_and_comes_back_on_a_working_day(signed_in, lead):
    answer = press(signed_in, lead, "no-answer", text="Voicemail is full")

    assert answer.status_code == 303
    assert fresh(lead).follow_up_on == hours_of(lead.organisation).next_working_day(today())
    assert (fresh(lead).status, fresh(lead).assignee) == ("hot", None)
    page = page_of(signed_in, lead)
    assert re.search(r"No answer\s+<p class=\"history__note\" dir=\"auto\">Voicemail is full", page)


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2026, 6, 4), date(2026, 6, 5)),  # a Thursday
        (date(2026, 6, 5), date(2026, 6, 8)),
        (date(2026, 6, 6), date(2026, 6, 8)),
        (date(2026, 6, 7), date(2026, 6, 8)),
    ],
)
def test_a_weekday_is_no_saturday_and_no_sunday(day, following):
    assert next_weekday(day) == following


def test_a_follow_up_that_somebody_set_meanwhile_stands(signed_in, lead, agency):
    priya, day = make_user(agency, name="Priya Shah"), today() + timedelta(days=9)
    set_follow_up(lead, day, by=Actor.for_person(priya))

    answer = press(signed_in, lead, "no-answer", seen_follow_up="")

    assert answer.status_code == 422
    assert re.search(r"<bdi>Priya Shah</bdi>\s+changed the follow-up", answer.content.decode())
    assert fresh(lead).follow_up_on == day


# --- Lost -----------------------------------------------------------------------------------------
def lose(client, lead, reason, words="", **more):
    return press(
        client, lead, status="lost", lost_reason=reason, lost_words=words, **more
    )  # fmt: skip


def test_a_lost_lead_says_why_on_its_page_in_its_history_in_the_list_and_in_the_file(
    signed_in, lead, agency
):
    make_lead(agency, name="Usman Khan", status="lost")

    lose(signed_in, lead, "other_agent", "With Northgate since May")

    page = page_of(signed_in, lead)
    assert page.count("Went with another agent") == 2  # the bar, the history
    assert page.count("With Northgate since May") == 1
    found = signed_in.get("/leads/?lost_reason=other_agent")
    assert [row.name for row in found.context["page"].rows] == ["Siân Hughes"]
    (chip,) = found.context["filters"].in_force
    assert (chip.field, chip.value) == ("Lost because", "Went with another agent")
    file = b"".join(signed_in.get("/leads/export.csv?status=lost")).decode("utf-8-sig")
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(file, newline=""))}
    assert rows["Siân Hughes"]["lost_reason"] == "other_agent"
    assert rows["Siân Hughes"]["lost_words"] == "With Northgate since May"
    assert rows["Usman Khan"]["lost_reason"] == ""


def test_something_else_wants_words(signed_in, lead):
    refused = lose(signed_in, lead, "other")

    assert refused.status_code == 422
    assert "Say in a few words why" in refused.content.decode()
    assert lose(signed_in, lead, "other", "Moved to Spain").status_code == 303
    assert fresh(lead).lost_words == "Moved to Spain"


def test_a_lead_that_is_lost_no_more_has_no_reason(signed_in, lead):
    lose(signed_in, lead, "budget")

    move_lead(lead, "contacted", by=SYSTEM)

    assert fresh(lead).lost_reason is None


def test_only_a_lost_lead_may_have_a_reason(lead):
    with pytest.raises(IntegrityError, match="only_the_lost_have_a_reason"):
        Lead.objects.filter(pk=lead.pk).update(lost_reason="budget")


def test_a_reason_that_is_not_offered_is_refused(signed_in, lead):
    assert lose(signed_in, lead, "bogus").status_code == 422
    assert fresh(lead).status == "hot"


# --- Undo -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("act", ["contacted", "no-answer", "lost", "qualified"])
def test_undo_gives_back_all_that_the_press_changed_and_nothing_else(
    signed_in, lead, agency, agent, act
):
    priya = make_user(agency, name="Priya Shah")
    assign(lead, priya, by=Actor.for_person(priya))
    day = today() + timedelta(days=30)
    set_follow_up(lead, day, by=Actor.for_person(priya))
    match act:
        case "contacted":
            press(signed_in, lead, text="Rang", **CONTACTED)
        case "no-answer":
            press(signed_in, lead, "no-answer")
        case "lost":
            lose(signed_in, lead, "budget")
        case _:
            press(signed_in, lead, status="qualified")
    assert "Undo" in page_of(signed_in, lead)

    answer = undo(signed_in, lead)

    assert "Undone: Siân Hughes is as before." in answer.content.decode()
    now = fresh(lead)
    assert (now.status, now.moved_on, now.assignee, now.follow_up_on, now.lost_reason) == (
        "hot", False, priya, day, None,
    )  # fmt: skip
    assert now.first_contacted_at is None
    assert str(priya.id) in now.search
    assert "undo/" not in page_of(signed_in, lead)
    assert "Nothing was left to undo" in undo(signed_in, lead).content.decode()


def test_a_lead_that_was_lost_for_a_reason_is_so_again(signed_in, lead):
    lose(signed_in, lead, "other", "Moved to Spain")
    press(signed_in, lead, **CONTACTED)

    undo(signed_in, lead)

    now = fresh(lead)
    assert (now.status, now.lost_reason, now.lost_words) == ("lost", "other", "Moved to Spain")


def test_a_bulk_undo_gives_the_reason_back_too(signed_in, lead, agency, agent):
    lose(signed_in, lead, "other", "Moved to Spain")
    by = Actor.for_person(agent)
    run = change_matching(
        Lead.objects.for_organisation(agency), Move(LeadStatus.CONTACTED), by=by
    ).bulk_id
    assert fresh(lead).lost_reason is None

    signed_in.post(f"/leads/bulk/{run}/undo/")

    now = fresh(lead)
    assert (now.status, now.lost_reason, now.lost_words) == ("lost", "other", "Moved to Spain")


def test_what_somebody_changed_since_is_not_undone(signed_in, lead, agency):
    priya = make_user(agency, name="Priya Shah")
    press(signed_in, lead, **CONTACTED)
    move_lead(lead, "qualified", by=Actor.for_person(priya))

    answer = undo(signed_in, lead)

    assert "Nothing was undone: Priya Shah changed this lead since." in answer.content.decode()
    assert fresh(lead).status == "qualified"


def test_a_note_since_is_in_nobodys_way(signed_in, lead):
    press(signed_in, lead, **CONTACTED)
    signed_in.post(f"/leads/{lead.id}/notes/", {"text": "A nice chat"})

    assert 'undo/"' in page_of(signed_in, lead)
    undo(signed_in, lead)

    assert fresh(lead).status == "hot"
    assert "A nice chat" in page_of(signed_in, lead)


def test_only_whoever_did_it_or_an_admin_undoes_it_and_for_an_hour(
    client, signed_in, lead, agency, admin
):
    press(signed_in, lead, **CONTACTED)
    other = Client()
    other.force_login(make_user(agency))

    assert undo(other, lead).status_code == 403
    assert 'undo/"' not in page_of(other, lead)
    other.force_login(admin)
    assert 'undo/"' in page_of(other, lead)
    LeadEvent.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    assert 'undo/"' not in page_of(other, lead)
    assert "Undo is offered for an hour" in undo(other, lead).content.decode()
    assert fresh(lead).status == "contacted"


def test_undo_leads_back_to_the_lead_in_its_list(signed_in, agency):
    first, second = (
        make_lead(agency, status="hot", created_at=at(f"2026-01-0{day} 09:00")) for day in (2, 1)
    )
    press(signed_in, first, origin="?from=status%3Dhot", **CONTACTED)
    offered = signed_in.get(f"/leads/{second.id}/?from=status%3Dhot&done=1").content.decode()
    address = re.search(r'action="([^"]+/undo/[^"]*)"', offered)[1].replace("&amp;", "&")

    answer = signed_in.post(address)

    assert answer["Location"] == f"/leads/{first.id}/?from=status%3Dhot"
    assert "1 of 2" in signed_in.get(answer["Location"]).content.decode()


def test_what_one_press_and_its_undo_did_stands_in_the_audit_trail(signed_in, lead, agent):
    press(signed_in, lead, **CONTACTED)
    undo(signed_in, lead)

    entries = AuditEntry.objects.filter(action="status_changed").order_by("id")
    assert [(entry.details["from"], entry.details["to"]) for entry in entries] == [
        ("hot", "contacted"), ("contacted", "hot"),
    ]  # fmt: skip
    assert {entry.actor_id for entry in entries} == {agent.id}


def test_outsiders_are_told_of_each_change_and_its_undo(signed_in, lead):
    press(signed_in, lead, **CONTACTED)
    undo(signed_in, lead)

    types = Change.objects.order_by("position").values_list("type", flat=True)
    assert list(types) == ["lead.assigned", "lead.status_changed"] * 2


# --- The bar --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "keys"),
    [
        ("hot", "cnqxm"),
        ("lost", "cnqm"),
        ("contacted", "qnxm"),
        ("qualified", "nxm"),
        ("converted", "nqxm"),
    ],
)
def test_each_act_names_its_key_and_the_present_status_is_not_offered(
    signed_in, agency, status, keys
):
    bar = page_of(signed_in, make_lead(agency, status=status)).split('id="lead-summary"')[0]

    assert re.findall(r'aria-keyshortcuts="(\w)" title="Key: \1"', bar) == list(keys)
    assert f'name="status" value="{status}"' not in bar
    assert f'<option value="{status}"' not in bar


def test_who_turned_the_keys_off_is_told_of_none(signed_in, lead, agent):
    agent.shortcuts = False
    agent.save(update_fields=["shortcuts"])

    assert "aria-keyshortcuts" not in signed_in.get(f"/leads/{lead.id}/").content.decode()


def test_the_score_stands_once_as_number_and_word(signed_in, agency):
    for status, said in (("hot", ["hot"]), ("contacted", ["contacted"])):
        lead = make_lead(agency, status=status, score=81, name=None)
        page = page_of(signed_in, lead)
        assert page.count(">81<") == 1
        assert re.findall(r"badge--(\w+)", page) == said
        assert page.count('class="score__band">Hot<') == (status != "hot")
