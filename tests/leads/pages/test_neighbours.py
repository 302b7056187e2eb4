"""The way back to the list one came from, and the leads on either side in it."""

import re
from urllib.parse import quote, urlencode

import pytest

from leads.models import Lead
from leads.pages.neighbours import list_query
from tests.factories import at, make_lead
from tests.markup import without_layout


@pytest.fixture
def leads(agency, other_agency) -> list[Lead]:
    """Newest first, as the list shows them: hot and cold by turns."""
    for day in range(1, 8):
        make_lead(other_agency, status="hot", created_at=at(f"2026-01-0{day} 10:00"))
    return [
        make_lead(
            agency,
            name=f"Lead {day}",
            status="hot" if day % 2 else "cold",
            created_at=at(f"2026-01-0{day} 09:00"),
        )
        for day in range(7, 0, -1)
    ]


def sides(client, lead, query) -> tuple[str | None, str | None]:
    page = without_layout(client.get(f"/leads/{lead.id}/?from={quote(query)}").content.decode())
    found = [
        re.search(rf'rel="{rel}" href="/leads/([0-9a-f-]+)/\?from=[^"]*"', page)
        for rel in ("prev", "next")
    ]
    return tuple(each[1] if each else None for each in found)


def test_neighbours_are_those_of_the_list_one_came_from(signed_in, leads):
    every, hot = [str(lead.id) for lead in leads], [str(lead.id) for lead in leads[::2]]

    assert sides(signed_in, leads[2], "") == (every[1], every[3])
    assert sides(signed_in, leads[2], "status=hot") == (hot[0], hot[2])
    assert sides(signed_in, leads[0], "status=hot") == (None, hot[1])
    assert sides(signed_in, leads[6], "status=hot") == (hot[2], None)


def test_a_lead_that_left_the_list_keeps_its_place_in_it(signed_in, leads):
    leads[2].status = "contacted"
    leads[2].save(update_fields=["status"])

    assert sides(signed_in, leads[2], "status=hot") == (str(leads[0].id), str(leads[4].id))


def test_leads_of_one_moment_have_neighbours_too(signed_in, agency):
    same = [make_lead(agency, created_at=at("2026-01-01 09:00")) for _ in range(3)]
    newest_first = sorted((str(lead.id) for lead in same), reverse=True)
    middle = Lead.objects.get(pk=newest_first[1])

    assert sides(signed_in, middle, "") == (newest_first[0], newest_first[2])


def test_the_links_name_their_keys_and_carry_the_list_on(signed_in, leads):
    page = signed_in.get(f"/leads/{leads[2].id}/?from=status%3Dhot").content.decode()

    assert 'aria-keyshortcuts="["' in page
    assert 'aria-keyshortcuts="]"' in page
    assert f'href="/leads/{leads[4].id}/?from=status%3Dhot"' in page
    assert f'action="/leads/{leads[2].id}/status/?from=status%3Dhot"' in page


def test_without_a_list_there_are_no_neighbours(signed_in, leads):
    page = signed_in.get(f"/leads/{leads[2].id}/").content.decode()

    assert 'rel="next"' not in page
    assert '<a href="/leads/">Leads</a>' in page


def test_the_list_links_to_its_leads_with_its_own_address(signed_in, leads):
    page = without_layout(signed_in.get("/leads/?status=hot&status=cold").content.decode())
    link = re.search(r'class="row__link" href="([^"]+)"', page)[1]
    lead_page = signed_in.get(link).content.decode()

    assert 'href="/leads/?status=hot&amp;status=cold">Back to the list</a>' in lead_page


def test_a_change_leads_back_to_the_page_with_its_list(signed_in, leads):
    answer = signed_in.post(
        f"/leads/{leads[2].id}/status/?from=status%3Dhot", {"status": "lost", "seen": "hot"}
    )

    assert answer["Location"] == f"/leads/{leads[2].id}/?from=status%3Dhot"


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        ("status=hot&status=cold", "status=hot&status=cold"),
        ("status=hot&after=abc", "status=hot&after=abc"),
        ("//evil.example/?status=hot", ""),
        ("https://evil.example", ""),
        ("status=hot&next=//evil.example&javascript:alert(1)", "status=hot"),
        ("status=a%00b", ""),
        ("&".join(["status=hot"] * 2000), ""),
    ],
)
def test_where_one_came_from_is_only_ever_a_list_of_leads(said, understood):
    assert list_query(said) == understood


@pytest.mark.parametrize("said", ["//evil.example", "https://evil.example/?status=hot", "x" * 3000])
def test_the_way_back_never_leaves_the_site(signed_in, leads, said):
    page = signed_in.get(f"/leads/{leads[0].id}/", {"from": said}).content.decode()

    # Who signs in anew is led to this very page, whatever its address says.
    page = page.replace(quote(f"/leads/{leads[0].id}/?{urlencode({'from': said})}", safe=""), "")
    assert not re.search(r'(?:href|action|hx-[a-z]+)="[^"]*evil\.example', page)
    assert re.search(r'<a href="(/leads/)">(Back to the list|Leads)</a>', page)


def test_the_way_through_a_list_costs_six_statements(signed_in, leads, statements_of):
    signed_in.get(f"/leads/{leads[3].id}/")  # what a process keeps for a while is read
    alone = statements_of(lambda: signed_in.get(f"/leads/{leads[3].id}/"))

    # People, either side, how many there are on either side, and whether the lead is in the list.
    assert statements_of(lambda: signed_in.get(f"/leads/{leads[3].id}/?from=")) == alone + 6


def test_the_page_says_where_in_the_list_one_is(signed_in, leads):
    def way(lead, query):
        return signed_in.get(f"/leads/{lead.id}/?from={quote(query)}").context["way"]

    assert (way(leads[2], "").place, way(leads[2], "").title) == ("3 of 7", "Leads")
    hot = way(leads[2], "status=hot")
    assert (hot.place, hot.title) == ("2 of 4", "Hot leads")
    assert way(leads[1], "status=hot").place == "4 left"  # a cold one
    assert way(leads[2], "since=2026-01-02").place == "3 of 6"
    assert way(leads[4], "sort=score").place == "5 of 7"


def test_of_a_long_list_nobody_counts_every_lead(signed_in, leads, monkeypatch):
    monkeypatch.setattr("leads.pages.neighbours.MOST_COUNTED", 3)
    places = [signed_in.get(f"/leads/{lead.id}/?from=").context["way"].place for lead in leads[2:5]]

    assert places == ["3 of 6+", "4 of 7", ""]


@pytest.mark.parametrize(("done", "place"), [("2", "5 of 9"), ("x", "3 of 7"), ("99999", "3 of 7")])
def test_those_that_one_dealt_with_are_counted_along(signed_in, leads, done, place):
    page = signed_in.get(f"/leads/{leads[2].id}/?from=&done={done}")

    assert page.context["way"].place == place
