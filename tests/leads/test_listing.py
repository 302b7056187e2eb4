"""Pages and counts of the lead list, by every plan that it may take."""

from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from foundation.lists import listing
from leads import search
from leads.models import Lead
from leads.pages.filters import LeadFilterForm
from tests.factories import at
from tests.plans import plan_by_an_index
from tests.statements import statements_sent

pytestmark = pytest.mark.django_db
SCORES = (None, 90, 90, 0, 45, None, 90, 12)
STATUSES = ("hot", "lost", "new", "lost")


@pytest.fixture
def leads(agency, other_agency) -> list[Lead]:
    """Forty leads with equal scores, equal times and no score among them, half of them Anna."""
    Lead.objects.bulk_create(
        found_by_its_facts(
            organisation,
            score=SCORES[n % len(SCORES)],
            status=STATUSES[n % len(STATUSES)],
            created_at=at("2026-06-01 12:00") + timedelta(hours=n // 3),
            area="Didsbury" if n % 2 else "Chorlton",
            name="Anna" if n % 2 else "Bob",
        )
        for n in range(40)
        for organisation in (agency, other_agency)
    )
    return list(Lead.objects.for_organisation(agency))


def found_by_its_facts(organisation, **fields) -> Lead:
    """A lead that is not saved yet, and that a search will find."""
    lead = Lead(organisation=organisation, source="website", **fields)
    search.renew(lead)
    return lead


def walk(person, query: str) -> list[Lead]:
    """Every lead of the list, page by page, and the same pages again on the way back."""
    address = QueryDict(query, mutable=True)
    filters = LeadFilterForm(address, person)
    pages = []
    while True:
        page = filters.listing().page(address, size=7)
        assert page.fault is None
        pages.append(page.rows)
        if page.older is None:
            break
        address["after"] = page.older
    back = [page.rows]
    while page.newer is not None:
        address = QueryDict(query, mutable=True)
        address["before"] = page.newer
        page = filters.listing().page(address, size=7)
        back.append(page.rows)
    assert back[::-1] == pages
    return [lead for rows in pages for lead in rows]


def in_python(leads: list[Lead], query: str, *, keep) -> list[Lead]:
    def key(lead: Lead):
        newest = (lead.created_at, lead.id)
        if "sort=score" in query:
            return (-1 if lead.score is None else lead.score, *newest)
        if "sort=wait" in query:
            return (lead.status == "lost", *newest)
        return newest

    return sorted(filter(keep, leads), key=key, reverse="sort=wait" not in query)


QUERIES = {
    "": lambda _: True,
    "status=lost": lambda lead: lead.status == "lost",
    "status=lost&status=new": lambda lead: lead.status in ("lost", "new"),
    "q=anna": lambda lead: lead.name == "Anna",
    "q=anna&status=lost": lambda lead: lead.name == "Anna" and lead.status == "lost",
    "q=anna&status=lost&status=hot": lambda lead: (
        lead.name == "Anna" and lead.status in ("lost", "hot")
    ),
    "score_from=12": lambda lead: lead.score is not None and lead.score >= 12,
    "temperature=hot&temperature=none": lambda lead: lead.score in (None, 90),
    "temperature=cold": lambda lead: lead.score in (0, 12),
    "since=2026-06-02&q=bob": lambda lead: (
        lead.name == "Bob" and lead.created_at >= at("2026-06-01 23:00")
    ),
    "q=nobody": lambda _: False,
}


# Over all leads; one in which a page fills at once; one in which it never does.
WINDOWS = (1000, 24, 4)


@pytest.mark.parametrize("sort", ["", "&sort=score", "&sort=wait"])
@pytest.mark.parametrize("window", WINDOWS)
def test_pages_there_and_back_meet_every_lead_once_in_order_by_every_plan(
    agent, leads, monkeypatch, window, sort
):
    monkeypatch.setattr(listing, "WINDOW", window)

    for query, keep in QUERIES.items():
        assert walk(agent, query + sort) == in_python(leads, query + sort, keep=keep), query


@pytest.mark.parametrize("window", WINDOWS)
def test_a_count_is_exact_where_matches_are_rare(agent, leads, monkeypatch, window):
    monkeypatch.setattr(listing, "WINDOW", window)
    monkeypatch.setattr(listing, "MANY_IN_WINDOW", 60)

    for query, keep in QUERIES.items():
        count = LeadFilterForm(QueryDict(query), agent).listing().count()

        assert (count.number, count.more) == (sum(map(keep, leads)), False), query


def test_where_matches_are_many_the_count_is_a_round_number_that_is_sure(
    agent, agency, monkeypatch
):
    Lead.objects.bulk_create(
        found_by_its_facts(agency, name="Anna", created_at=at("2026-06-01") + timedelta(minutes=n))
        for n in range(130)
    )
    monkeypatch.setattr(listing, "WINDOW", 120)

    count = LeadFilterForm(QueryDict("q=anna"), agent).listing().count()

    assert str(count) == "100+"


@pytest.mark.parametrize(
    ("number", "rounded"), [(60, 50), (99, 50), (100, 100), (850, 800), (1999, 1000), (3000, 3000)]
)
def test_a_round_number_is_never_above_what_is_sure(number, rounded):
    assert listing._rounded_down(number) == rounded


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("sort=wait", "leads_lead_longest_wait"),
        ("sort=wait&status=hot", "leads_lead_newest_by_status"),
        ("sort=wait&status=lost", "leads_lead_newest_by_status"),
    ],
)
def test_the_longest_wait_is_read_from_an_index_however_deep(agent, leads, query, index):
    address = QueryDict(query, mutable=True)
    address["after"] = LeadFilterForm(address, agent).listing().page(address, size=4).older
    with CaptureQueriesContext(connection) as captured:
        LeadFilterForm(address, agent).listing().page(address, size=4)

    plan = plan_by_an_index(
        captured[-1]["sql"], without=("leads_lead_newest",) if "status" in query else ()
    )

    assert f"using {index}" in plan
    assert "ROW(" in plan
    assert "Sort" not in plan


def test_a_position_of_one_order_is_none_of_the_other(agent, leads):
    first = LeadFilterForm(QueryDict(""), agent).listing().page(QueryDict(""), size=7)
    address = QueryDict(f"sort=score&after={first.older}")

    page = LeadFilterForm(address, agent).listing().page(address, size=7)

    assert page.fault is not None
    assert len(page.rows) == 7


@pytest.mark.parametrize("query", ["", "sort=score", "q=anna", "q=anna&status=lost&status=new"])
@pytest.mark.parametrize("window", [1000, 4])
def test_a_page_costs_as_many_statements_for_one_lead_as_for_forty(
    agent, agency, signed_in, monkeypatch, query, window, request
):
    monkeypatch.setattr(listing, "WINDOW", window)
    found_by_its_facts(agency, name="Anna", status="lost").save(force_insert=True)
    with statements_sent() as one:
        signed_in.get(f"/leads/?{query}")
    request.getfixturevalue("leads")

    with statements_sent() as forty:
        signed_in.get(f"/leads/?{query}")

    assert len(forty) <= (len(one) if window == 1000 else len(one) + 2)
