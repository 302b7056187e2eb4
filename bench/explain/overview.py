"""`python -m bench.explain overview S`: what the overview costs the database, period by period."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from bench.explain.cost import Cost, cost_of
from foundation.days import today
from organisations.commands import open_organisation
from organisations.models import User
from sift_site.overview.figures import Overview
from sift_site.overview.periods import Period
from sift_site.overview.views import standing


class Command(BaseCommand):
    help = "Show what an organisation's overview costs the database in each period, as Markdown."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="S", help="the organisation's slug")
        parser.add_argument("--plans", action="store_true", help="with every statement's plan")

    def handle(self, *, slug: str, plans: bool, **_: Any) -> None:
        organisation = open_organisation(slug)
        people = User.objects.filter(organisation=organisation).select_related("organisation")
        person = people.earliest("created_at", "id")
        costs = {period: _cost(person, period) for period in Period}
        self.stdout.write("| period | statements | database, ms |\n|---|--:|--:|")
        for period, cost in costs.items():
            self.stdout.write(f"| {period.label} | {len(cost.plans)} | {cost} |")
        for period, cost in costs.items() if plans else ():
            self.stdout.write(f"\n## {period.label}\n")
            for plan in cost.plans:
                self.stdout.write(f"```\n{plan}\n```\n")


def _cost(person: User, period: Period) -> Cost:
    """Of all that the page reads beside the session and the person."""

    def read() -> None:
        counted = Overview(person.organisation, period, today())
        counted.charts()
        standing(person, counted)

    _, cost = cost_of(read)
    return cost
