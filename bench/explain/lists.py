"""`python -m bench.explain lists S`: what the lead list costs the database, view by view."""

from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand
from django.http import QueryDict

from bench.explain.cost import Cost, cost_of
from foundation.lists.paging import position
from leads.models import Lead
from leads.models.choices import LeadStatus
from leads.models.tally import LeadTally
from leads.pages.filters import LeadFilterForm
from organisations.commands import open_organisation
from organisations.models import Organisation, User

PAGES_ON = 100
VIEWS = (
    "", "size=100", "sort=score",
    *(f"status={status}" for status in LeadStatus.values),
    *(f"status={status}&sort=score" for status in LeadStatus.values),
    "status=new&status=hot&status=warm", "status=converted&status=lost&sort=score",
    "q=nobodyatall", "q=usman+khan", "q=khan", "q=khan&sort=score", "q=leeds", "q=house+leeds",
    "q=house+leeds&sort=score", "q=house+leeds&size=100", "q=a", "q=0", "q=s+h+l",
    "q=07700+900123", "q=example", "q=khan&status=converted", "q=leeds&status=lost",
    "q=leeds&status=converted&status=lost", "q=land+leeds&status=hot",
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
)  # fmt: skip
DEEP_VIEWS = ("", "sort=score", "status=contacted", "q=khan", "timeline=asap&sort=score")


class Command(BaseCommand):
    help = "Show what each view of an organisation's lead list costs the database, as Markdown."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="S", help="the organisation's slug")
        parser.add_argument("--plans", action="store_true", help="with every statement's plan")

    def handle(self, *, slug: str, plans: bool, **_: Any) -> None:
        organisation = open_organisation(slug)
        person = User.objects.filter(organisation=organisation).earliest("created_at", "id")
        views: list[tuple[str, QueryDict]]
        views = [(f"`?{view}`", QueryDict(view)) for view in VIEWS]
        deeper = [(view, deep(view, person)) for view in DEEP_VIEWS]
        views += [(f"`?{view}`, {PAGES_ON} pages on", at) for view, at in deeper if at is not None]
        costs: list[tuple[str, Cost]] = []
        self.stdout.write("| view | rows | page, ms | matches | count, ms |")
        self.stdout.write("|---|--:|--:|--:|--:|")
        for name, address in views:
            filters = LeadFilterForm(address, person)
            listing = filters.listing()
            page, page_cost = cost_of(partial(listing.page, address, size=filters.page_size))
            # What the page has found out on the way is not asked again.
            count, count_cost = cost_of(listing.count)
            self.stdout.write(
                f"| {name} | {len(page.rows)} | {page_cost} | {count} | {count_cost} |"
            )
            costs += [(f"{name}: page", page_cost), (f"{name}: count", count_cost)]
        _, tally_cost = cost_of(lambda: tally(organisation))
        self.stdout.write(f"| the count of every status | | | | {tally_cost} |")
        for name, cost in [*costs, ("the count of every status", tally_cost)] if plans else []:
            self.stdout.write(f"\n### {name}\n")
            for plan in cost.plans:
                self.stdout.write(f"```\n{plan}\n```\n")


def tally(organisation: Organisation) -> dict[str, int]:
    return LeadTally.objects.for_organisation(organisation).by_status()


def deep(view: str, person: User) -> QueryDict | None:
    """The view's address so many pages on; None where it has not so many."""
    address = QueryDict(view, mutable=True)
    filters = LeadFilterForm(address, person)
    leads = Lead.objects.for_organisation(person.organisation).standing()
    last = PAGES_ON * filters.page_size
    lead = filters.in_order(filters.narrow(leads))[last - 1 : last].first()
    if lead is None:
        return None
    address["after"] = position(filters.listing().order, lead)
    return address
