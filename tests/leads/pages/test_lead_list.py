"""The list of leads: what it holds, how it is narrowed, how it is paged."""

import base64
import re
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from foundation.days import today
from foundation.lists.paging import page_of
from leads.models import Lead
from leads.models.choices import LeadStatus
from tests.factories import at, make_lead
from tests.markup import without_layout
from tests.plans import plan_by_an_index

FRAGMENT = {"HX-Request": "true"}


def names(answer) -> list[str]:
    return [lead.name for lead in answer.context["page"].rows]


def link(answer, rel: str) -> str | None:
    page = without_layout(answer.content.decode())
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return found and found[1].replace("&amp;", "&")


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def make_leads(agency, count: int, **fields) -> None:
    """`Lead 0` is the newest; every third shares its time with the next."""
    for n in range(count):
        when = at("2026-06-01 12:00") - timedelta(minutes=n - n % 3)
        make_lead(agency, name=f"Lead {n}", created_at=when, **fields)


def test_leads_are_the_agencys_own_newest_first(signed_in, agency, other_agency):
    make_lead(agency, name="Older", created_at=at("2026-06-01 09:00"))
    make_lead(agency, name="Newer", created_at=at("2026-06-02 09:00"))
    make_lead(other_agency, name="Theirs")

    assert names(signed_in.get("/leads/")) == ["Newer", "Older"]


def test_a_merged_lead_is_not_listed(signed_in, agency):
    kept = make_lead(agency, name="Kept")
    make_lead(agency, name="Merged", merged_into=kept)

    assert names(signed_in.get("/leads/")) == ["Kept"]


def test_the_row_says_what_is_known(signed_in, agency):
    make_lead(
        agency, name="Siân Hughes", email="sian@example.com", score=74, status="contacted",
        intent="buy", bedrooms_min=3, bedrooms_max=4, property_type="house", area="Didsbury",
        budget_min=350_000, budget_max=425_000, timeline="asap",
    )  # fmt: skip

    page = signed_in.get("/leads/").content.decode()

    for said in (
        "Siân Hughes", "sian@example.com", "74", "Hot", "Contacted",
        "Buy · 3–4 bed house · Didsbury", "£350k–£425k", "As soon as possible", "Website",
    ):  # fmt: skip
        assert said in page


def test_the_row_says_whose_it_is_and_when_to_come_back_to_it(signed_in, agency, agent):
    late, due = today() - timedelta(days=2), today() + timedelta(days=400)
    make_lead(agency, name="One", assignee=agent, follow_up_on=late)
    make_lead(agency, name="Two", follow_up_on=today())
    make_lead(agency, name="Three", follow_up_on=due)

    rows = {row["name"]: row for row in signed_in.get("/leads/").context["rows"]}

    assert (rows["One"]["owner"], rows["Two"]["owner"]) == (agent.name, "")
    assert rows["One"]["due"].startswith("Late ")
    assert rows["One"]["due_whole"] == "Follow-up overdue by 2 days"
    assert rows["Two"]["due"] == "Due today"
    assert rows["Three"]["due"] == f"Due {due.day} {due:%b %Y}"


def test_the_longest_wait_comes_first_and_is_told(signed_in, agency):
    now = timezone.now()
    make_lead(agency, name="Waits", status="hot", created_at=now - timedelta(hours=5))
    make_lead(agency, name="Waits long", status="new", created_at=now - timedelta(days=3))
    make_lead(agency, name="Worked", status="lost", created_at=now - timedelta(days=9))

    answer = signed_in.get("/leads/?sort=wait")

    assert names(answer) == ["Waits long", "Waits", "Worked"]
    told = [re.search(">([^<]+)</time>", row["when"])[1] for row in answer.context["rows"]]
    assert told[:2] == ["3 days", "5 hours"]
    assert 'data-told="ago"' in answer.context["rows"][2]["when"]  # it waits no longer


def test_what_a_row_says_is_escaped(signed_in, agency):
    make_lead(agency, name="<b>Bold</b>", email='"><i>@example.com', phone="<u>", area="<s>")

    page = signed_in.get("/leads/").content.decode()

    assert "&lt;b&gt;Bold&lt;/b&gt;" in page
    assert not [tag for tag in ("<b>Bold", "<i>@", "<u>", "<s>") if tag in page]


def test_a_nameless_lead_is_shown_as_anonymous_and_an_unscored_one_as_not_scored(signed_in, agency):
    make_lead(agency)

    page = signed_in.get("/leads/").content.decode()

    assert "Anonymous" in page
    assert "Not scored" in page


def test_several_statuses_narrow_the_list_and_stand_in_its_title(signed_in, agency):
    for status in LeadStatus.values:
        make_lead(agency, name=status, status=status)

    answer = signed_in.get("/leads/?status=hot&status=lost")

    assert sorted(names(answer)) == ["hot", "lost"]
    assert "<title>(1) Hot and lost leads – Sift</title>" in answer.content.decode()
    assert answer.context["count_line"] == "2 leads match"


def test_each_filter_in_force_can_be_taken_away(signed_in, agency):
    answer = signed_in.get("/leads/?status=hot&status=lost&after=x")

    removals = [filter_.url for filter_ in answer.context["filters"].in_force]
    assert removals == ["?status=lost", "?status=hot"]


def test_a_faulty_status_is_named_beside_its_field_and_narrows_nothing(signed_in, agency):
    make_lead(agency, name="One", status="hot")
    make_lead(agency, name="Two", status="lost")

    answer = signed_in.get("/leads/?status=lukewarm&status=hot")

    assert answer.status_code == 200
    assert len(names(answer)) == 2
    assert "“lukewarm” is not a status" in answer.content.decode()


def test_paging_older_and_back_meets_every_lead_once(signed_in, agency):
    make_leads(agency, 120, status="hot")
    every = [f"Lead {n}" for n in range(120)]
    pages, address = [], "?status=hot"

    while address:
        answer = signed_in.get(f"/leads/{address}")
        pages.append(names(answer))
        address = link(answer, "next")
    back = signed_in.get(f"/leads/{link(answer, 'prev')}")

    assert [len(page) for page in pages] == [50, 50, 20]
    assert sorted(name for page in pages for name in page) == sorted(every)
    assert names(back) == pages[1]
    assert names(signed_in.get(f"/leads/{link(back, 'prev')}")) == pages[0]


def test_the_first_page_has_no_newer_and_the_last_no_older_link(signed_in, agency):
    make_leads(agency, 51)

    first = signed_in.get("/leads/")
    last = signed_in.get(f"/leads/{link(first, 'next')}")

    assert link(first, "prev") is None
    assert link(last, "next") is None
    assert "status" not in parse_qs(link(last, "prev")[1:])


def test_a_lead_that_arrives_while_one_reads_does_not_shift_the_next_page(signed_in, agency):
    make_leads(agency, 60)
    first = signed_in.get("/leads/")
    older = link(first, "next")
    before = names(signed_in.get(f"/leads/{older}"))

    make_lead(agency, name="Just in", created_at=at("2026-07-01 09:00"))

    assert names(signed_in.get(f"/leads/{older}")) == before


ID = "01890000-0000-7000-8000-000000000000"
UNREADABLE = [
    "x", "%00", "é", "====", encoded(""), encoded("||"), encoded("\x00|\x00"), encoded(f"|{ID}"),
    encoded("2026-06-01T09:00:00+00:00|x"), encoded(f"2026-06-01T09:00:00|{ID}"),
    encoded(f"2026-13-01T09:00:00+00:00|{ID}"), encoded(f"2026-06-01T09:00:00+00:00|{ID}|{ID}"),
]  # fmt: skip


@pytest.mark.parametrize("position", [text for text in UNREADABLE if text])
def test_a_position_that_cannot_be_read_is_named_and_the_beginning_given(
    signed_in, agency, position
):
    make_lead(agency, name="One")

    for parameter in ("after", "before"):
        answer = signed_in.get(f"/leads/?{parameter}={position}")

        assert answer.status_code == 200
        assert names(answer) == ["One"]
        assert "The place in the list was not understood" in answer.content.decode()


def test_a_deep_page_is_one_index_scan(agency):
    make_leads(agency, 60)
    leads = Lead.objects.for_organisation(agency).unmerged().newest_first()
    after = page_of(leads, QueryDict()).older
    with CaptureQueriesContext(connection) as captured:
        page_of(leads, QueryDict(f"after={after}"))

    plan = plan_by_an_index(captured[0]["sql"])

    assert "Index Scan using leads_lead_newest" in plan
    assert re.search(r"Index Cond:.*ROW\(created_at, id\) <", plan)
    assert "Sort" not in plan


def test_htmx_gets_the_results_alone_with_their_title_and_count(signed_in, agency):
    make_lead(agency, name="Siân", status="hot")

    answer = signed_in.get("/leads/?status=hot", headers=FRAGMENT)
    page = answer.content.decode().strip()

    assert page.startswith("<title>(1) Hot leads – Sift</title>")
    assert 'id="lead-results"' in page
    assert "<html" not in page
    assert "HX-Request" in answer["Vary"]
    assert "1 lead matches" in answer["HX-Trigger"]


def test_htmx_restoring_history_gets_the_whole_page(signed_in):
    headers = FRAGMENT | {"HX-History-Restore-Request": "true"}

    assert b"<html" in signed_in.get("/leads/", headers=headers).content


def test_an_empty_list_says_why(signed_in, agency):
    assert b"No leads yet" in signed_in.get("/leads/").content

    make_lead(agency)

    assert b"No lead matches" in signed_in.get("/leads/?status=hot").content


def test_fifty_rows_take_no_more_statements_than_one(signed_in, agency, statements_of):
    make_lead(agency)
    one = statements_of(lambda: signed_in.get("/leads/"))
    make_leads(agency, 49)
    fifty = statements_of(lambda: signed_in.get("/leads/"))

    # Session, person with agency, people, rows, tally; saved views, newest lead.
    assert one == fifty <= 7
