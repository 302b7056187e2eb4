"""`manage.py close_organisation S` (CONTRACT.md, section 4)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from organisations.actors import SYSTEM
from organisations.agency import account
from organisations.commands import named_organisation


class Command(BaseCommand):
    help = "Close an organisation's account: its keys and sessions stop at once, the data stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="S", help="the organisation's slug")

    def handle(self, *, slug: str, **_: Any) -> None:
        organisation = named_organisation(slug)
        if not account.close(organisation, by=SYSTEM):
            self.stdout.write(f"{organisation.name} is closed already.")
            return
        self.stdout.write(f"{organisation.name} is closed.")
