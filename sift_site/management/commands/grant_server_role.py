"""`manage.py grant_server_role NAME` (CONTRACT.md, section 6)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from organisations.commands import text_argument
from sift_site.serving import server_role

_LONGEST_NAME = 63  # PostgreSQL cuts a longer one


class Command(BaseCommand):
    help = (
        "Have a role of PostgreSQL's with no more rights than the server needs: made where there "
        "is none, without a password. For the owner of the tables, who runs `migrate`; to be run "
        "again after each upgrade."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="the role's name, such as sift_server")

    def handle(self, *, name: str, **_: Any) -> None:
        name = text_argument("NAME", name, longest=_LONGEST_NAME)
        try:
            made = server_role.grant(name)
        except server_role.CannotGrant as error:
            raise CommandError(str(error)) from None
        except DatabaseError as error:
            raise CommandError(f"PostgreSQL refused it: {error}") from None
        self.stdout.write(f"{name} has the rights that the server needs, and no others.")
        if made:
            self.stdout.write(
                "It is new and has no password: set one with \\password in psql, unless the server "
                "signs in without, and put the role into the server's DATABASE_URL."
            )
