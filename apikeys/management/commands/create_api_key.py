"""Make an API key: `manage.py create_api_key S NAME [--scope read] [--expires-in-days N]`."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from apikeys import letters
from apikeys.issuing import issue
from apikeys.models import LONGEST_NAME, NameTaken, Scope
from foundation.names import as_name, is_name
from organisations.actors import SYSTEM
from organisations.commands import open_organisation

MOST_DAYS = 36_500


class Command(BaseCommand):
    help = "Make an API key and print it, alone, on standard output. It is never shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="S", help="the organisation's slug")
        parser.add_argument("name", metavar="NAME", help=f"1 to {LONGEST_NAME} characters")
        parser.add_argument(
            "--scope",
            default=Scope.READ_WRITE.value,
            help="read, read_write (the default) or capture: for a website's server, which can "
            "send and see nothing",
        )
        parser.add_argument(
            "--expires-in-days", metavar="N", help="how many days it works (default: for ever)"
        )

    def handle(self, *, slug: str, name: str, scope: str, **options: Any) -> None:
        days = _days(options["expires_in_days"])
        try:
            with transaction.atomic():
                key, text = issue(
                    open_organisation(slug),
                    _name(name),
                    scope=_scope(scope),
                    expires_at=None if days is None else timezone.now() + timedelta(days=days),
                )
                letters.key_created(key, by=SYSTEM)
        except NameTaken:
            raise CommandError(
                f"{slug} has a key named {name.strip()!r} already. Choose another name, or revoke "
                "that key first."
            ) from None
        self.stdout.write(text)


def _name(name: str) -> str:
    name = as_name(name)
    if not (1 <= len(name) <= LONGEST_NAME and is_name(name)):
        raise CommandError(f"NAME takes 1 to {LONGEST_NAME} printable characters.")
    return name


def _scope(scope: str) -> Scope:
    if scope not in Scope.values:
        *others, last = Scope.values
        raise CommandError(f"--scope is {scope!r}; it takes {', '.join(others)} or {last}.")
    return Scope(scope)


def _days(text: Any) -> int | None:
    """Whole days, from the command line (text) or from call_command (a number)."""
    if text is None:
        return None
    text = str(text)
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= MOST_DAYS):
        raise CommandError(
            f"--expires-in-days is {text!r}; it takes a whole number from 1 to {MOST_DAYS:,}."
        )
    return int(text)
