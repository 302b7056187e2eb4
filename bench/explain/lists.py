"""What the lead list costs the database, view by view."""

from collections.abc import Iterator
from functools import partial

from django.http import QueryDict

from bench.explain.cost import cost_of
from bench.explain.report import Report
from foundation.lists.paging import position
from leads.models import Lead
from leads.models.choices import LeadStatus
from leads.models.tally import LeadTally
from leads.pages.filters import LeadFilterForm
from organisations.models import Organisation, User

PAGES_ON = 100
VIEWS = (
    "", "size=100", "sort=score", "sort=wait",
    *(f"status={status}" for status in LeadStatus.values),
    *(f"status={status}&sort=score" for status in LeadStatus.values),
    "status=hot&sort=wait", "status=hot&status=warm&sort=wait", "status=hot&status=lost&sort=wait",
    "status=new&status=hot&status=warm", "status=converted&status=lost&sort=score",
    "q=nobodyatall", "q=usman+khan", "q=khan", "q=khan&sort=score", "q=leeds", "q=house+leeds",
    "q=house+leeds&sort=score", "q=house+leeds&size=100", "q=a", "q=0", "q=s+h+l",
    "q=07700+900123", "q=%2B44+7700+9008", "q=%2B44+771", "q=077", "q=0123", "q=900123",
    "q=0161+496+0000+ext+12", "q=ONeill", "q=LS6", "q=LS6+2AB", "q=LS62AB", "q=khan+LS6",
    "q=usman.khan%40", "q=mailto:usman.khan%40example.com", "q=example", "q=khan&status=converted",
    "q=leeds&status=lost", "q=leeds&status=converted&status=lost", "q=land+leeds&status=hot",
    "timeline=asap", "property_type=land", "timeline=asap&property_type=land",
    "buyer_scheme=first_homes&chain_status=in_chain&intent=buy&source=email",
    "temperature=hot", "temperature=cold&sort=score", "temperature=cold&status=hot",
    "timeline=over_6_months&sort=score", "financing_status=exploring&sort=score",
    "chain_status=in_chain&sort=score", "viewing_requested=no&sort=score", "intent=rent&sort=score",
    "assignee=none", "assignee=me", "assignee=me&sort=score",
    "viewing_requested=yes&financing_status=cash_proven",
    "period=today", "period=7-days&sort=score", "period=30-days&sort=score",
    "since=2026-01-01&until=2026-01-31&timeline=asap", "since=2026-01-01&until=2026-06-30",
    "score_from=95", "score_from=95&sort=score", "score_to=10&status=hot",
    "score_from=40&score_to=45",
    "q=khan&sort=wait", "assignee=me&sort=wait", "temperature=hot&sort=wait",
)  # fmt: skip
DEEP_VIEWS = (
    "",
    "sort=score",
    "sort=wait",
    "status=contacted",
    "q=khan",
    "timeline=asap&sort=score",
)


def show(organisation: Organisation, report: Report) -> None:
    """Each view as its first member sees it, and the count of every status above the list."""
    person = User.objects.filter(organisation=organisation).earliest("created_at", "id")
    report.table("view", "rows", "page, ms", "matches", "count, ms")
    for name, address in views_of(person):
        filters = LeadFilterForm(address, person)
        listing = filters.listing()
        page, page_cost = cost_of(partial(listing.page, address, size=filters.page_size))
        # What the page has found out on the way is not asked again.
        count, count_cost = cost_of(listing.count)
        report.row(name, len(page.rows), page_cost, count, count_cost)
        report.keep(f"{name}: page", page_cost)
        report.keep(f"{name}: count", count_cost)
    tally = LeadTally.objects.for_organisation(organisation)
    _, tally_cost = cost_of(tally.by_status)
    report.row("the count of every status", "", "", "", tally_cost)
    report.keep("the count of every status", tally_cost)


def views_of(person: User) -> Iterator[tuple[str, QueryDict]]:
    """The views by name: those above, and some so many pages on."""
    for view in VIEWS:
        yield f"`?{view}`", QueryDict(view)
    for view in DEEP_VIEWS:
        address = deep(view, person)
        if address is not None:
            yield f"`?{view}`, {PAGES_ON} pages on", address


def deep(view: str, person: User) -> QueryDict | None:
    """The view's address so many pages on; None where it has not so many."""
    address = QueryDict(view, mutable=True)
    filters = LeadFilterForm(address, person)
    leads = Lead.objects.for_organisation(person.organisation).unmerged()
    last = PAGES_ON * filters.page_size
    lead = filters.in_order(filters.narrow(leads))[last - 1 : last].first()
    if lead is None:
        return None
    address["after"] = position(filters.listing().order, lead)
    return address
