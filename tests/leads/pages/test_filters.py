"""What the filters of the lead list leave, how they stand in the address, and what is faulty."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from foundation.days import today
from leads import search
from leads.models import Lead
from leads.models.choices import LeadStatus
from tests.factories import at, make_lead, make_user
from tests.markup import without_layout

FRAGMENT = {"HX-Request": "true"}
# From the day on which the test runs: the suite may have been read before midnight.
TODAY, YESTERDAY = timedelta(0), timedelta(days=-1)
CONTACTED = {"status": "contacted", "reached": 1}


def indexed(organisation, **fields) -> Lead:
    if isinstance(fields.get("follow_up_on"), timedelta):
        fields["follow_up_on"] += today()
    lead = make_lead(organisation, **fields)
    search.renew(lead)
    lead.save(update_fields=["search"])
    return lead


def names(client, query: str) -> list[str]:
    answer = client.get(f"/leads/?{query}")
    assert answer.status_code == 200, query
    return sorted(lead.name for lead in answer.context["page"].rows)


@pytest.mark.parametrize(
    ("query", "wanted", "other"),
    [
        ("status=hot", {"status": "hot"}, {"status": "warm"}),
        ("temperature=hot", {"score": 70}, {"score": 69}),
        ("temperature=warm", {"score": 40}, {"score": 39}),
        ("temperature=none", {"score": None}, {"score": 0}),
        ("source=sms", {"source": "sms"}, {"source": "email"}),
        ("intent=rent", {"intent": "rent"}, {"intent": "buy"}),
        ("property_type=flat", {"property_type": "flat"}, {"property_type": "house"}),
        ("timeline=asap", {"timeline": "asap"}, {"timeline": "over_6_months"}),
        ("chain_status=chain_free", {"chain_status": "chain_free"}, {"chain_status": "in_chain"}),
        ("financing_status=dip_held", {"financing_status": "dip_held"}, {}),
        ("buyer_scheme=first_homes", {"buyer_scheme": "first_homes"}, {}),
        ("stamp_duty_position=second_home", {"stamp_duty_position": "second_home"}, {}),
        ("viewing_requested=yes", {"viewing_requested": True}, {}),
        ("viewing_requested=no", {}, {"viewing_requested": True}),
        ("score_from=50", {"score": 50}, {"score": 49}),
        ("score_to=50", {"score": 50}, {"score": 51}),
        ("score_to=50", {"score": 0}, {"score": None}),
        ("q=didsb", {"area": "Didsbury"}, {"area": "Chorlton"}),
        ("area=Didsbury", {"area": "Didsbury"}, {"area": "Didsbury, Manchester"}),
        ("reached=qualified", {"status": "converted"}, {"status": "contacted"}),
        ("follow_up=overdue", {"follow_up_on": YESTERDAY}, {"follow_up_on": TODAY}),
        ("follow_up=today", {"follow_up_on": TODAY}, {"follow_up_on": YESTERDAY}),
        ("follow_up=due", {"follow_up_on": TODAY}, {}),
        (
            "contacted_since=2026-06-01&contacted_until=2026-06-01",
            CONTACTED | {"first_contacted_at": at("2026-05-31 23:00")},  # midnight in London
            CONTACTED | {"first_contacted_at": at("2026-06-01 23:00")},
        ),
    ],
)
def test_each_filter_leaves_what_it_says_in_either_order(
    signed_in, agency, other_agency, query, wanted, other
):
    indexed(agency, name="Wanted", **wanted)
    indexed(agency, name="Other", **other)
    indexed(other_agency, name="Theirs", **wanted)

    for sort in ("", "&sort=score"):
        assert names(signed_in, query + sort) == ["Wanted"], sort


def test_filters_narrow_together_and_values_of_one_field_widen(signed_in, agency):
    indexed(agency, name="A", status="hot", score=80, timeline="asap", area="Didsbury")
    indexed(agency, name="B", status="warm", score=50, timeline="asap", area="Didsbury")
    indexed(agency, name="C", status="hot", score=80, timeline="asap", area="Chorlton")
    indexed(agency, name="D", status="lost", score=80, timeline="asap", area="Didsbury")

    assert names(signed_in, "status=hot&status=warm&timeline=asap&q=didsbury") == ["A", "B"]
    assert names(signed_in, "status=hot&timeline=asap&q=didsbury&score_from=60") == ["A"]
    assert names(signed_in, "temperature=hot&temperature=warm&q=didsbury") == ["A", "B", "D"]


@pytest.mark.parametrize("sort", ["", "&sort=score"])
def test_temperatures_that_are_no_neighbours_leave_out_what_lies_between(signed_in, agency, sort):
    for score in (None, 10, 50, 90):
        indexed(agency, name=str(score), score=score)

    assert names(signed_in, "temperature=hot&temperature=cold" + sort) == ["10", "90"]
    assert names(signed_in, "temperature=cold&temperature=none" + sort) == ["10", "None"]


def test_leads_of_a_person_of_nobody_and_of_oneself(signed_in, agency, agent):
    grace = make_user(agency, name="Grace")
    indexed(agency, name="Mine", assignee=agent)
    indexed(agency, name="Hers", assignee=grace)
    indexed(agency, name="Free")

    assert names(signed_in, "assignee=me") == ["Mine"]
    assert names(signed_in, f"assignee={grace.id}") == ["Hers"]
    assert names(signed_in, "assignee=none") == ["Free"]
    assert "Grace" in signed_in.get(f"/leads/?assignee={grace.id}").content.decode()


@pytest.mark.parametrize(
    ("narrowed", "left"),
    [
        ("", ["Best", "Late", "Early"]),
        ("&status=contacted", ["Early"]),
        ("&q=late", ["Late"]),
        ("&score_to=60", ["Late", "Early"]),
    ],
)
def test_a_person_s_leads_are_narrowed_and_sorted_as_all_are(
    signed_in, agency, agent, narrowed, left
):
    hours = timedelta(hours=1)
    now = timezone.now()
    indexed(agency, name="Best", assignee=agent, score=90, created_at=now - 3 * hours)
    indexed(agency, name="Late", assignee=agent, score=50, created_at=now - hours)
    indexed(
        agency, name="Early", assignee=agent, score=50, created_at=now - 2 * hours,
        status=LeadStatus.CONTACTED,
    )  # fmt: skip
    indexed(agency, name="Late too", score=95, created_at=now)

    best_first = signed_in.get(f"/leads/?assignee=me{narrowed}&sort=score").context["page"]
    newest_first = signed_in.get(f"/leads/?assignee=me{narrowed}").context["page"]

    assert [lead.name for lead in best_first.rows] == left
    by_time = [name for name in ("Late", "Early", "Best") if name in left]
    assert [lead.name for lead in newest_first.rows] == by_time


def test_a_person_of_another_agency_is_no_choice(signed_in, agency, other_agency):
    theirs = make_user(other_agency, name="Mallory")
    indexed(agency, name="Ours")

    page = signed_in.get(f"/leads/?assignee={theirs.id}").content.decode()

    assert "is not one of these" in page
    assert "Mallory" not in page


@pytest.mark.parametrize(
    "text",
    ["emile", "ÉMILE", "Zolk", "07700 900 123", "+44 (0)7700 900123", "0044 7700 900123",
     "EMILE@EXAMPLE.CO.UK", "obrien", "O'Brien", "garden", "didsb emi"],
)  # fmt: skip
def test_the_search_finds_a_lead_in_any_spelling(signed_in, agency, text):
    indexed(
        agency, name="Émile Żółkowski O’Brien", email="Emile@example.co.uk",
        phone="+447700900123", area="Didsbury", summary="With a garden",
    )  # fmt: skip
    indexed(agency, name="Somebody Else", phone="+447700900999")

    answer = signed_in.get("/leads/", {"q": text})

    assert [lead.area for lead in answer.context["page"].rows] == ["Didsbury"]


def test_a_day_is_london_s_and_the_last_is_whole(signed_in, agency):
    # 1 June begins at 23:00 UTC of 31 May.
    make_lead(agency, name="Before", created_at=at("2026-05-31 22:59"))
    make_lead(agency, name="First", created_at=at("2026-05-31 23:00"))
    make_lead(agency, name="Last", created_at=at("2026-06-01 22:59"))
    make_lead(agency, name="After", created_at=at("2026-06-01 23:00"))

    assert names(signed_in, "since=2026-06-01&until=2026-06-01") == ["First", "Last"]
    assert names(signed_in, "since=2026-06-01") == ["After", "First", "Last"]
    assert names(signed_in, "until=2026-06-01&sort=score") == ["Before", "First", "Last"]


@pytest.mark.parametrize(
    ("period", "left"),
    [("today", ["0"]), ("7-days", ["0", "1", "6"]), ("30-days", ["0", "1", "29", "6", "7"])],
)
def test_a_period_ends_today_and_counts_whole_days(signed_in, agency, monkeypatch, period, left):
    now = datetime(2026, 6, 30, 0, 30, tzinfo=ZoneInfo("Europe/London"))
    monkeypatch.setattr(timezone, "now", lambda: now)
    for days_ago in (0, 1, 6, 7, 29, 30):
        day = now.replace(hour=0, minute=0) - timezone.timedelta(days=days_ago)
        make_lead(agency, name=str(days_ago), created_at=day)

    assert names(signed_in, f"period={period}") == left


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("status=lukewarm", "“lukewarm” is not a status"),
        ("temperature=tepid", "“tepid” is not a temperature"),
        ("source=pigeon", "“pigeon” is not one of these"),
        ("assignee=x", "“x” is not one of these"),
        ("since=yesterday", "This is not a day such as 2026-06-01"),
        ("since=0001-01-01", "between the years 2000 and 2100"),
        ("until=9999-12-31", "between the years 2000 and 2100"),
        ("since=2026-06-02&until=2026-06-01", "This day is before the first"),
        ("score_from=101", "from 0 to 100"),
        ("score_from=-1", "from 0 to 100"),
        ("score_to=many", "from 0 to 100"),
        ("score_from=5&score_to=3", "This is below the first"),
        ("sort=random", "the usual one is taken"),
        ("size=1000000", "the usual one is taken"),
        ("q=%26%7C!", "Search for letters or digits"),
        ("q=a+b+c+d+e+f+g+h+i", "at most eight words"),
        ("q=" + "a" * 201, "at most 200 characters"),
        ("q=%00", "Null characters are not allowed"),
    ],
)
def test_a_faulty_value_is_named_beside_its_field_and_narrows_nothing(
    signed_in, agency, query, fault
):
    make_lead(agency, name="One", score=7, created_at=at("2026-06-03 12:00"))

    page = signed_in.get(f"/leads/?{query}")
    swap = signed_in.get(f"/leads/?{query}", headers=FRAGMENT)

    assert fault in page.content.decode()
    assert fault in swap.content.decode()  # where the fields are not shown
    assert [lead.name for lead in page.context["page"].rows] == ["One"]


def test_a_faulty_field_does_not_loosen_the_others(signed_in, agency):
    indexed(agency, name="Hot", status="hot")
    indexed(agency, name="Lost", status="lost")

    assert names(signed_in, "status=hot&score_from=x&since=x") == ["Hot"]


def test_the_bar_shows_again_what_the_address_says(signed_in, agency):
    query = (
        "q=didsbury&status=hot&temperature=warm&source=sms&period=today&timeline=asap"
        "&since=2026-06-01&score_from=10&sort=score&size=25"
    )

    page = without_layout(signed_in.get(f"/leads/?{query}").content.decode())

    for shown in (
        'name="q" value="didsbury"', '<option value="sms" selected',
        '<option value="today" selected', '<option value="asap" selected',
        'name="since" value="2026-06-01"',
        'name="score_from" value="10"', '<option value="score" selected',
        '<option value="25" selected', 'value="hot" checked', 'value="warm" checked',
    ):  # fmt: skip
        assert shown in page, shown
    assert 'id="status-chosen" class="menu__chosen">Hot</span>' in page
    assert 'id="temperature-chosen" class="menu__chosen">Warm</span>' in page
    assert 'id="filters-number"><b class="filters__number">7<' in page  # all but the search
    assert 'id="more-number"><b class="filters__number">5<' in page


def test_a_menu_stands_open_where_something_in_it_is_at_fault(signed_in):
    def opened(query: str) -> int:
        page = without_layout(signed_in.get(f"/leads/?{query}").content.decode())
        return page.count('name="lead-filters-menu" open')

    assert opened("status=hot&temperature=warm&score_from=5") == 0
    assert opened("status=lukewarm") == opened("temperature=tepid") == opened("score_from=x") == 1


def test_a_swap_tells_the_menus_what_is_chosen_in_them(signed_in, agency):
    make_lead(agency, status="hot")

    swap = without_layout(
        signed_in.get("/leads/?status=hot&timeline=asap", headers=FRAGMENT).content.decode()
    )

    for told in (
        'id="status-chosen" class="menu__chosen" hx-swap-oob="true">Hot<',
        'id="temperature-chosen" class="menu__chosen" hx-swap-oob="true">Any<',
        'id="filters-number" hx-swap-oob="true"><b class="filters__number">2<',
        'id="more-number" hx-swap-oob="true"><b class="filters__number">1<',
    ):
        assert told in swap


def test_each_filter_in_force_is_a_link_to_the_list_without_it(signed_in, agency):
    query = "q=didsbury&status=hot&status=lost&timeline=asap&since=2026-06-01&sort=score"

    filters = signed_in.get(f"/leads/?{query}").context["filters"]

    assert [(f.field, f.value) for f in filters.in_force] == [
        ("Search", "didsbury"), ("Status", "Hot"), ("Status", "Lost"),
        ("Timeline", "As soon as possible"), ("Received from", "1 June 2026"),
    ]  # fmt: skip
    assert filters.in_force[1].url == (
        "?q=didsbury&status=lost&timeline=asap&since=2026-06-01&sort=score"
    )
    assert filters.clear_address == "?sort=score"
    assert signed_in.get("/leads/" + filters.in_force[0].url).context["filters"].query == (
        "status=hot&status=lost&timeline=asap&since=2026-06-01&sort=score"
    )


def test_what_says_nothing_is_left_out_of_the_address(signed_in, agency):
    sent = "q=&status=hot&source=&since=&sort=newest&size=50&after=x"

    page = signed_in.get(f"/leads/?{sent}")
    swap = signed_in.get(f"/leads/?{sent}", headers=FRAGMENT)

    assert (page.status_code, page["Location"]) == (302, "/leads/?status=hot&after=x")
    assert swap["HX-Push-Url"] == "/leads/?status=hot&after=x"
    assert signed_in.get("/leads/?q=&sort=newest")["Location"] == "/leads/"


def test_back_leaves_a_search_at_once_and_not_letter_by_letter(signed_in):
    def search(text: str, on: str):
        return signed_in.get(
            f"/leads/?q={text}&source=",
            headers=FRAGMENT | {"HX-Current-URL": f"http://testserver{on}"},
        )

    assert search("d", "/leads/")["HX-Push-Url"] == "/leads/?q=d"
    assert search("di", "/leads/?q=d")["HX-Replace-Url"] == "/leads/?q=di"
    assert search("di", "/leads/?q=d&status=hot")["HX-Push-Url"] == "/leads/?q=di"
    assert search("", "/leads/?q=d")["HX-Push-Url"] == "/leads/"


def test_each_status_has_its_count_of_the_whole_agency_whatever_is_asked(
    signed_in, agency, other_agency
):
    for number, status in enumerate(LeadStatus.values):
        for _ in range(number):
            make_lead(agency, status=status)
    make_lead(other_agency, status="new")

    groups = signed_in.get("/leads/?q=nobody&status=hot").context["chip_groups"]

    shown = {c.value: c.count.number for g in groups if g.field == "status" for c in g.choices}
    assert shown == {status: number for number, status in enumerate(LeadStatus.values)}


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("", "3 leads"), ("status=hot", "2 leads match"),
        ("status=hot&status=lost", "3 leads match"), ("q=a", "1 lead matches"),
        ("q=nobody", "0 leads match"), ("sort=score", "3 leads"),
        ("sort=score&q=a", "1 lead matches"), ("size=25", "3 leads"),
    ],
)  # fmt: skip
def test_the_count_is_that_of_the_leads_that_match(signed_in, agency, query, line):
    indexed(agency, name="Anna", status="hot")
    indexed(agency, name="Bob", status="hot")
    indexed(agency, name="Cem", status="lost")

    assert signed_in.get(f"/leads/?{query}").context["count_line"] == line


def test_the_row_offers_to_call_to_write_and_to_copy(signed_in, agency):
    make_lead(agency, name="Siân", phone="+447700900123", email="sian@example.com")
    make_lead(agency, name="Odd", phone="ask for me", email="not an address")

    page = signed_in.get("/leads/").content.decode()

    assert 'href="tel:+447700900123"' in page
    assert 'href="mailto:sian@example.com"' in page
    assert page.count("data-copies-text=") == 4
    assert "tel:ask" not in page
    assert "mailto:not" not in page


def test_the_heads_say_how_the_list_is_sorted_and_sort_it_otherwise(signed_in, agency):
    make_lead(agency)

    newest = without_layout(signed_in.get("/leads/?status=new").content.decode())
    best = without_layout(signed_in.get("/leads/?status=new&sort=score").content.decode())

    assert 'aria-sort="descending">Received' in newest
    assert '<a href="?status=new&amp;sort=score">Score</a>' in newest
    assert 'aria-sort="descending">Score' in best
    assert '<a href="?status=new">Received</a>' in best
