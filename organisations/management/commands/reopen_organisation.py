"""`manage.py reopen_organisation S`: undo a closing."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from organisations.actors import SYSTEM
from organisations.agency import account
from organisations.commands import named_organisation


class Command(BaseCommand):
    help = (
        "Open a closed account again: its people may sign in anew, its invitations and keys work"
        " as long as they would have. Its admins are told by letter."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", metavar="S", help="the organisation's slug")

    def handle(self, *, slug: str, **_: Any) -> None:
        organisation = named_organisation(slug)
        if not account.reopen(organisation, by=SYSTEM):
            self.stdout.write(f"{organisation.name} is open already.")
            return
        self.stdout.write(f"{organisation.name} is open again.")
