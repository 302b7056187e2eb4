"""The first page: who waits, what is due, and charts that lead to what they count."""

import re
import threading
from datetime import date, datetime, timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from foundation.days import AGENCY_ZONE, today
from foundation.templatetags.times import waited
from leads import search
from leads.models import Lead, LeadEvent
from leads.models.choices import LeadStatus
from leads.models.rollups import bucket_of, middle_of
from organisations.actors import Actor
from sift_site.overview.axis import Axis, axis_for, scale_top
from sift_site.overview.periods import Period, Span, weeks
from sift_site.overview.reading import DailyFigures
from sift_site.overview.stacked import stacked_chart
from sift_site.overview.words import duration, isolated, share
from tests.factories import at, make_lead, make_organisation, make_user, move_lead
from tests.statements import statements_sent

FRAGMENT = {"HX-Request": "true"}
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct"]


def days_ago(days: int, hour: int = 12) -> datetime:
    """A moment of the agency's day so many days ago; of today, one that has passed."""
    day = datetime.combine(today() - timedelta(days), datetime.min.time(), tzinfo=AGENCY_ZONE)
    return day + (timedelta(hours=hour) if days else (timezone.now() - day) / 2)


def lead_of(agency, **fields) -> Lead:
    """A lead that is found by its facts too."""
    lead = make_lead(agency, **fields)
    search.renew(lead)
    lead.save(update_fields=["search"])
    return lead


def move(lead: Lead, status: str, after: timedelta, by) -> None:
    """To the status; the first contact came so long after the lead arrived."""
    move_lead(lead, LeadStatus(status), by=Actor.for_person(by))
    Lead.objects.filter(id=lead.id, reached__gt=0).update(
        first_contacted_at=lead.created_at + after
    )


def a_years_work(agency, person) -> None:
    for n in range(40):
        lead = lead_of(
            agency,
            created_at=days_ago(n * n // 4),
            source=("website", "website", "sms", "email")[n % 4],
            area=("Leith", "Clifton, Bristol", None)[n % 3],
            score=(90, 50, 10, None)[n % 4],
            status=("hot", "warm", "cold", "new")[n % 4],
            viewing_requested=n % 5 == 0,
            follow_up_on=today() - timedelta(n % 4 - 1) if n % 7 == 0 else None,
            assignee=person if n % 6 == 0 else None,
        )
        steps = ("contacted", "qualified", "converted", "lost")[: n % 6]
        for status in steps:
            move(lead, status, timedelta(minutes=7 * n), person)


def listed(client: Client, address: str) -> int:
    page = client.get(f"{address}&size=100")
    assert page.status_code == 200
    assert not page.context["filters"].errors, address
    return len(page.context["page"].rows)


# --- Who waits ------------------------------------------------------------------------------------
def waiting(client: Client) -> list[str]:
    return [row.lead.name for row in client.get("/").context["waiting"]]


def test_hot_leads_wait_first_and_of_each_temperature_the_longest_wait(
    signed_in, agency, other_agency
):
    for name, status, arrived in [
        ("warm", "warm", "2026-01-01 09:00"),
        ("hot, later", "hot", "2026-06-02 09:00"),
        ("hot", "hot", "2026-06-01 09:00"),
        ("cold", "cold", "2026-01-01 09:00"),
        ("new", "new", "2026-01-01 09:00"),
        ("contacted", "contacted", "2026-01-01 09:00"),
    ]:
        make_lead(agency, name=name, status=status, created_at=at(arrived))
    make_lead(other_agency, status="hot")

    assert waiting(signed_in) == ["hot", "hot, later", "warm", "new", "cold"]


def test_ten_are_shown_and_all_are_counted_and_linked(signed_in, agency):
    for _ in range(12):
        lead_of(agency, status="hot")

    page = signed_in.get("/")

    assert len(page.context["waiting"]) == 10
    assert "12 leads wait<" in page.content.decode()
    assert listed(signed_in, page.context["all_waiting"]) == 12


def test_who_was_taken_or_merged_is_not_offered(signed_in, agency, admin, agent):
    survivor = lead_of(agency, name="Survivor", status="hot")
    lead_of(agency, name="Taken", status="hot", assignee=admin)
    lead_of(agency, name="Mine", status="hot", assignee=agent)
    lead_of(agency, name="Merged", status="hot", merged_into=survivor)

    page = signed_in.get("/")

    assert [row.lead.name for row in page.context["waiting"]] == ["Survivor"]
    assert str(page.context["mine_waiting"]) == "1"
    assert listed(signed_in, page.context["mine_address"]) == 1


def test_nobody_waiting_is_said(signed_in, agency):
    make_lead(agency, status="lost")

    assert b"Nobody waits" in signed_in.get("/").content


def test_an_agency_without_leads_is_welcomed(signed_in, client, admin):
    assert b"Welcome to Sift" in signed_in.get("/").content

    client.force_login(admin)
    assert b"Create an API key" in client.get("/").content


# --- Taking a lead --------------------------------------------------------------------------------
def test_one_press_takes_a_lead_and_moves_it_nowhere(signed_in, agency, agent):
    lead = make_lead(agency, name="Siân", status="hot")

    answer = signed_in.post(f"/take/{lead.id}/?period=7-days")

    opened = f"/leads/{lead.id}/?from=waiting"
    assert (answer.status_code, answer["Location"]) == (303, opened)
    lead.refresh_from_db()
    assert (lead.assignee, lead.status) == (agent, "hot")
    event = LeadEvent.objects.get(lead=lead)
    assert (event.kind, event.to_value, event.actor_name) == ("assignment", agent.name, agent.name)
    assert f"{isolated('Siân')} is yours now." in signed_in.get(opened).content.decode()


def test_the_list_gives_the_number_a_way_to_call_and_the_leads_page(signed_in, agency):
    hers = make_lead(agency, name="Siân", status="hot", phone="+447700900123", score=88)
    his = make_lead(agency, name="Bilal", status="hot", email="b@example.com", score=70)

    page = signed_in.get("/").content.decode()

    assert "07700 900123" in page
    assert 'href="tel:+447700900123"' in page
    assert 'href="mailto:b@example.com"' in page
    for lead in (hers, his):
        assert f'href="/leads/{lead.id}/?from=waiting"' in page


def test_pressed_twice_by_one_person_it_is_theirs_and_recorded_once(signed_in, agency):
    lead = make_lead(agency, status="hot")

    answers = [signed_in.post(f"/take/{lead.id}/") for _ in range(2)]

    assert [answer["Location"] for answer in answers] == [f"/leads/{lead.id}/?from=waiting"] * 2
    assert LeadEvent.objects.filter(lead=lead).count() == 1


def test_whoever_is_too_late_is_told_who_has_it(signed_in, agency, admin):
    lead = make_lead(agency, name="Siân", status="hot", assignee=admin)

    answer = signed_in.post(f"/take/{lead.id}/?period=7-days", follow=True)

    assert answer.redirect_chain == [("/?period=7-days", 303)]
    assert f"{isolated('Ada Admin')} has taken {isolated('Siân')} already." in unescape(
        answer.content.decode()
    )
    lead.refresh_from_db()
    assert lead.assignee == admin


def test_a_lead_that_no_longer_waits_is_not_taken(signed_in, agency, admin, agent):
    lead = make_lead(agency, name="Siân", status="hot")
    move_lead(lead, LeadStatus.CONTACTED, by=Actor.for_person(admin))

    answer = signed_in.post(f"/take/{lead.id}/", follow=True)

    assert answer.redirect_chain == [("/", 303)]
    assert (
        f"no longer waits: {isolated('Ada Admin')} moved it to Contacted" in answer.content.decode()
    )
    lead.refresh_from_db()
    assert lead.assignee is None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_at_once_one_has_it_and_the_other_is_told():
    agency = make_organisation()
    lead = make_lead(agency, status="hot")
    people = [make_user(agency, name=name) for name in ("Ada", "Ben")]
    clients = [Client() for _ in people]
    for client, person in zip(clients, people, strict=True):
        client.force_login(person)
    ready, answers = threading.Barrier(2), {}

    def press(client: Client, person) -> None:
        try:
            ready.wait(20)
            answers[person.name] = client.post(f"/take/{lead.id}/", follow=True)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=press, args=pair) for pair in zip(clients, people, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    lead.refresh_from_db()
    winner = lead.assignee.name
    (loser,) = {"Ada", "Ben"} - {winner}
    assert answers[winner].request["PATH_INFO"] == f"/leads/{lead.id}/"
    assert answers[loser].request["PATH_INFO"] == "/"
    assert f"{isolated(winner)} has taken" in answers[loser].content.decode()


# --- What is due ----------------------------------------------------------------------------------
def test_follow_ups_due_are_counted_for_oneself_and_all_and_lead_to_their_lists(
    signed_in, agency, agent, admin, other_agency
):
    for days, person in [(-2, agent), (-1, admin), (-1, None), (0, agent), (0, admin), (1, agent)]:
        lead_of(agency, follow_up_on=today() + timedelta(days), assignee=person)
    make_lead(other_agency, follow_up_on=today())

    page = signed_in.get("/")

    due = page.context["due"]
    assert (due.mine_overdue, due.mine_today, due.overdue, due.today) == (1, 1, 3, 2)
    assert [words for _, words in page.context["due_mine"]] == [
        "Follow-up overdue by 2 days", "Follow up today",
    ]  # fmt: skip
    for query, number in [
        ("follow_up=overdue&assignee=me", 1),
        ("follow_up=today&assignee=me", 1),
        ("follow_up=overdue", 3),
        ("follow_up=today", 2),
    ]:
        assert f'href="/leads/?{query}"' in unescape(page.content.decode())
        assert listed(signed_in, f"/leads/?{query}") == number
    assert listed(signed_in, "/leads/?follow_up=due") == 5


# --- Figures and the lists behind them ------------------------------------------------------------
# The shortest and the longest: by days, and by months. What lies between is made of the same.
@pytest.mark.parametrize("period", [Period.WEEK, Period.YEAR])
def test_every_part_of_every_chart_leads_to_as_many_leads_as_it_says(
    signed_in, agency, agent, other_agency, period
):
    a_years_work(agency, agent)
    make_lead(other_agency, status="hot", area="Leith")

    context = signed_in.get(f"/?period={period}").context

    charts = {chart.name: chart for chart in [*context["charts"], context["weeks"]]}
    assert set(charts) == {"days", "stages", "contact", "channels", "areas", "weeks"}
    stacked = charts["days"].stacked
    busy = [stack for stack in stacked.stacks if stack.leads]
    assert len(busy) >= 3
    for part in [*stacked.layers, *busy[-4:]]:
        assert listed(signed_in, part.url) == part.leads, part
    contact = charts["contact"]
    counted = int(re.match(r"Of (\d+) leads? first contacted", contact.finding)[1])
    assert listed(signed_in, contact.rows[0].url) == counted
    for name in ("stages", "channels", "areas", "weeks"):
        assert charts[name].rows, name
        for row in charts[name].rows:
            said = int(row.figure.split(" of ")[-1])  # of a week: of the whole week
            assert listed(signed_in, row.url) == said, row


def test_every_figure_leads_to_as_many_leads_as_it_says(signed_in, agency, agent):
    a_years_work(agency, agent)

    figures = signed_in.get("/").context["figures"]

    assert [figure.label for figure in figures][:4] == [
        "New today", "New this week", "Hot and waiting", "Viewings asked for",
    ]  # fmt: skip
    for figure in figures[:4]:
        assert listed(signed_in, figure.url) == int(figure.number), figure


def test_the_funnel_counts_how_far_leads_came_whatever_became_of_them_since(
    signed_in, agency, agent
):
    for steps in (
        [],
        ["contacted"],
        ["contacted", "lost"],
        ["qualified", "archived"],
        ["contacted", "qualified", "converted"],
        ["rejected"],
    ):
        lead = make_lead(agency, status="hot", created_at=days_ago(0))
        for status in steps:
            move(lead, status, timedelta(minutes=1), agent)

    chart = signed_in.get("/").context["charts"][1]

    assert [(row.label, row.figure) for row in chart.rows] == [
        ("Received", "6"), ("Contacted", "4"), ("Qualified", "2"), ("Converted", "1"),
    ]  # fmt: skip
    assert "6 leads" in chart.finding
    assert "4 (67 %) were contacted" in chart.finding


def test_the_time_to_first_contact_is_that_of_the_period_against_the_one_before(
    signed_in, agency, agent
):
    for minutes in range(10, 110, 10):
        lead = lead_of(agency, status="hot", created_at=days_ago(3))
        move(lead, "contacted", timedelta(minutes=minutes), agent)
    lead = lead_of(agency, status="hot", created_at=days_ago(10))
    move(lead, "contacted", timedelta(hours=20), agent)

    chart = signed_in.get("/?period=7-days").context["charts"][2]

    half, nine = (middle_of(bucket_of(timedelta(minutes=minutes))) for minutes in (50, 90))
    assert [(row.label, row.figure) for row in chart.rows][:4] == [
        ("Half within", duration(half)),
        ("Half within, before", "20 h"),
        ("Nine in ten within", duration(nine)),
        ("Nine in ten within, before", "20 h"),
    ]
    assert [listed(signed_in, row.url) for row in chart.rows[:4]] == [10, 1, 10, 1]


def test_an_area_however_it_is_written_leads_to_its_leads_alone(signed_in, agency):
    hostile = "<b>Leith & Co.</b> “{{ x }}” 07700 900123 @home"
    for area in ("Leith", "Leith Walk", "leith", hostile, "—"):
        lead_of(agency, area=area, created_at=days_ago(1))
    lead_of(agency, name="Leith", area="Clifton", created_at=days_ago(1))

    page = signed_in.get("/")

    rows = page.context["charts"][4].rows
    assert {row.label for row in rows} == {"Leith", "Leith Walk", "leith", hostile, "—", "Clifton"}
    for row in rows:
        assert listed(signed_in, row.url) == 1, row
    assert b"<b>Leith" not in page.content


def test_the_finding_says_what_the_bars_show(signed_in, agency):
    for days in (1, 1, 2, 40, 41, 42, 43):
        make_lead(agency, created_at=days_ago(days), source="sms", area="Leith")

    days, _, contact, channels, areas = signed_in.get("/").context["charts"]

    assert "3 leads came in the last 30 days, down from 4 in the 30 days before." in days.finding
    assert days.finding.endswith("with 2.")
    assert contact.finding == "Nobody was first contacted in the last 30 days."
    assert channels.finding.startswith("SMS brought most: 3 of 3 leads (100 %)")
    assert "is wanted most, by 3 of 3 leads" in areas.finding


def heights_of(path: str) -> list[float]:
    return [float(height) for height in re.findall(r"v([\d.]+)h-", path)]


def test_today_is_outlined_as_high_as_it_is_and_not_to_the_top(signed_in, agency):
    for days in (0, 1, 1, 1, 1):
        make_lead(agency, status="hot", score=90, created_at=days_ago(days))

    chart = signed_in.get("/?period=7-days").context["charts"][0]

    drawn = heights_of(chart.stacked.layers[0].path)
    assert heights_of(chart.stacked.unfinished) == [drawn[-1]]
    assert drawn[-1] == pytest.approx(drawn[-2] / 4, abs=0.1)


def test_a_spike_breaks_the_scale_and_the_chart_says_so(signed_in, agency):
    for days in (*range(7), *[3] * 40):
        make_lead(agency, created_at=days_ago(days))

    page = signed_in.get("/?period=7-days")

    stacked = page.context["charts"][0].stacked
    assert stacked.marks == ("2", "1", "0")
    assert [stack.over for stack in stacked.stacks] == ["", "", "", "41", "", "", ""]
    assert stacked.breaks
    assert "The scale breaks at 2" in page.content.decode()
    make_lead(agency, created_at=days_ago(1))
    assert "The scale breaks" in signed_in.get("/?period=7-days").content.decode()


@pytest.mark.parametrize(
    ("period", "bars", "marks"),
    [
        ("7-days", 7, ["Fri", "Sat", "Sun", "Mon", "Tue", "Wed", "Today"]),
        ("30-days", 30, ["1 Nov", "9 Nov", "16 Nov", "Today"]),
        ("90-days", 14, ["September", "October", "November", "This week"]),
        ("12-months", 12, ["Dec", *MONTHS, "Nov"]),
    ],
)
def test_the_days_below_a_chart_are_marked_by_month(period, bars, marks):
    day = date(2026, 11, 26)
    span = Period(period).span(day)

    chart = stacked_chart(DailyFigures([]), Period(period), span)

    assert len(chart.stacks) == bars
    assert [stack.mark for stack in chart.stacks if stack.mark] == marks


def test_figures_say_what_they_compare(signed_in, agency):
    this_monday = today() - timedelta(today().weekday())
    for days_before in (1, 2, 8, 9):
        make_lead(agency, created_at=days_ago((today() - this_monday).days + days_before))
    make_lead(agency, created_at=days_ago(0))

    figures = {figure.label: figure for figure in signed_in.get("/").context["figures"]}

    day = f"{today():%A}"
    week = figures["New this week"]
    assert re.fullmatch(rf"so far this week; \d+ by {day} last week", week.beside)
    assert figures["New today"].beside.endswith(f"on the whole of last {day}")


# --- The page -------------------------------------------------------------------------------------
def test_a_period_that_there_is_not_is_named_and_the_usual_one_shown(signed_in, agency):
    make_lead(agency)

    page = signed_in.get("/?" + urlencode({"period": "<script>\x00"}))

    assert page.status_code == 200
    assert page.context["period"] is Period.MONTH
    assert "is none of 7-days, 30-days" in page.content.decode()
    assert b"<script>\x00" not in page.content
    assert signed_in.get("/?period=90-days").context["period"] is Period.QUARTER


def test_a_change_of_period_swaps_the_charts_alone(signed_in, agency):
    make_lead(agency)

    answer = signed_in.get("/?period=7-days", headers=FRAGMENT)

    assert answer.content.decode().strip().startswith('<section id="overview-period"')
    assert "HX-Request" in answer["Vary"]


def test_each_chart_is_named_described_and_written_out_as_a_table(signed_in, agency, agent):
    a_years_work(agency, agent)

    page = signed_in.get("/").content.decode()

    assert page.count("<figure ") == page.count("<figcaption") == page.count("as a table</su") == 6
    for drawing in re.findall(r'<svg[^>]*role="img"[^>]*>', page):
        for id_ in re.search(r'aria-labelledby="([^"]+)"', drawing)[1].split():
            assert page.count(f'id="{id_}"') == 1
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_more_leads_and_longer_periods_take_no_more_statements(signed_in, agency, agent):
    def statements(address: str) -> int:
        with statements_sent() as sent:
            signed_in.get(address)
        return len(sent)

    lead_of(agency, status="hot", assignee=agent, follow_up_on=today())
    signed_in.get("/")
    one = statements("/")
    a_years_work(agency, agent)

    assert {statements(f"/?period={period}") for period in Period} == {one}
    assert one <= 11  # with the session and the person


# --- Days, weeks, words ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("period", "today_", "span", "before"),
    [
        ("7-days", "2026-11-26", ("2026-11-20", "2026-11-26"), ("2026-11-13", "2026-11-19")),
        ("30-days", "2026-03-01", ("2026-01-31", "2026-03-01"), ("2026-01-01", "2026-01-30")),
        ("12-months", "2026-11-26", ("2025-12-01", "2026-11-26"), ("2024-12-01", "2025-11-26")),
        ("12-months", "2028-02-29", ("2027-03-01", "2028-02-29"), ("2026-03-01", "2027-02-28")),
        ("12-months", "2026-12-31", ("2026-01-01", "2026-12-31"), ("2025-01-01", "2025-12-31")),
        ("12-months", "2026-01-31", ("2025-02-01", "2026-01-31"), ("2024-02-01", "2025-01-31")),
    ],
)
def test_a_period_ends_today_and_is_compared_with_the_one_before(period, today_, span, before):
    day = date.fromisoformat(today_)

    assert Period(period).span(day) == Span(*map(date.fromisoformat, span))
    assert Period(period).before(day) == Span(*map(date.fromisoformat, before))


def test_a_year_is_twelve_months_the_last_of_them_unfinished():
    months = list(Period.YEAR.span(date(2026, 11, 26)).months)

    assert len(months) == 12
    assert months[0] == Span(date(2025, 12, 1), date(2025, 12, 31))
    assert months[-1] == Span(date(2026, 11, 1), date(2026, 11, 26))


@pytest.mark.parametrize(
    ("span", "months", "around"),
    [
        (("2026-01-15", "2026-03-02"), ("2026-02-01", "2026-02-28"), 17 + 2),
        (("2026-01-01", "2026-02-28"), ("2026-01-01", "2026-02-28"), 0),
        (("2026-01-02", "2026-02-27"), None, 57),
        (("2026-12-01", "2026-12-31"), ("2026-12-01", "2026-12-31"), 0),
        (("2026-12-05", "2026-12-05"), None, 1),
    ],
)
def test_a_stretch_is_whole_months_and_the_days_around_them(span, months, around):
    whole, days = Span(*map(date.fromisoformat, span)).by_month()

    assert whole == (months and Span(*map(date.fromisoformat, months)))
    assert sum(len(list(part)) for part in days) == around


def test_a_week_begins_on_monday():
    this_week, last_week = weeks(date(2026, 11, 26), 2)

    assert this_week == Span(date(2026, 11, 23), date(2026, 11, 26))
    assert last_week == Span(date(2026, 11, 16), date(2026, 11, 22))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (duration(timedelta(seconds=20)), "under 1 min"),
        (duration(timedelta(minutes=59.6)), "1 h"),
        (duration(timedelta(hours=2, minutes=9)), "2 h 10 min"),
        (duration(timedelta(hours=26)), "26 h"),
        (duration(timedelta(days=3.04)), "3 days"),
        (waited(timedelta(seconds=59)), "under a minute"),
        (waited(timedelta(minutes=1)), "1 minute"),
        (waited(timedelta(hours=47)), "47 hours"),
        (waited(timedelta(days=2)), "2 days"),
        (share(1, 1000), "under 1 %"),
        (share(0, 0), "0 %"),
    ],
)
def test_figures_are_said_as_people_say_them(words, said):
    assert words == said


@pytest.mark.parametrize(
    ("numbers", "top", "breaks"),
    [
        ([5, 7, 9, 8], 10, False),
        ([5, 7, 90, 8], 8, True),  # one spike does not flatten the rest
        ([5, 7, 36, 18], 40, False),  # twice the next is no spike yet
        ([1, 1, 4, 1], 4, False),  # nor are a few
        ([5, 50, 90, 8], 100, False),  # nor are two of four
        ([*[10] * 28, 400, 300], 10, True),  # but two of thirty are
        ([0, 0, 90, 0], 100, False),  # alone it flattens nothing
        ([0, 0], 2, False),
    ],
)
def test_the_scale_breaks_for_a_bar_that_would_flatten_the_others(numbers, top, breaks):
    assert axis_for(numbers) == Axis(top, breaks)


@pytest.mark.parametrize(("most", "top"), [(0, 2), (2, 2), (3, 4), (9, 10), (11, 20), (85, 100)])
def test_the_scale_ends_at_an_even_round_number(most, top):
    assert scale_top(most) == top
