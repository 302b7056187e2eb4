"""`manage.py set_plan S PLAN` (CONTRACT.md, section 4)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from organisations.actors import SYSTEM
from organisations.agency import account
from organisations.commands import named_organisation
from organisations.models import Plan


class Command(BaseCommand):
    help = "Move an organisation to another plan."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="S", help="the organisation's slug")
        parser.add_argument("plan", metavar="PLAN", help=", ".join(Plan.values))

    def handle(self, *, slug: str, plan: str, **_: Any) -> None:
        organisation = named_organisation(slug)
        if plan not in Plan.values:
            raise CommandError(f"There is no plan {plan!r}: plans are {', '.join(Plan.values)}.")
        if organisation.plan == plan:
            self.stdout.write(f"{organisation.name} is on {plan} already.")
            return
        account.change_plan(organisation, Plan(plan), by=SYSTEM)
        self.stdout.write(f"{organisation.name} is on {plan} now.")
