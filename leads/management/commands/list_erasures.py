"""`manage.py list_erasures [--since TIME] [--into FILE]`."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.plurals import so_many
from leads.erasure_list import NotAList, add_to, erased_since, line_of


class Command(BaseCommand):
    help = (
        "List the leads that were erased, by ids and times alone, a JSON object a line: for "
        "reapply_erasures, after a backup was restored. --into adds to a file what it does not "
        "hold yet, for a timer; it has to lie on another machine than the database."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", metavar="TIME", type=_moment, help="ISO 8601; UTC if none")
        parser.add_argument("--into", metavar="FILE", type=Path)

    def handle(self, *, since: datetime | None, into: Path | None, **_: Any) -> None:
        erasures = erased_since(since)
        if into is None:
            for each in erasures:
                self.stdout.write(line_of(each), ending="")
            return
        try:
            added = add_to(into, erasures)
        except NotAList as error:
            raise CommandError(f"{into} is no list of erasures: {error}.") from None
        except OSError as error:
            raise CommandError(f"{into} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"{so_many(added, 'erasure')} added to {into}.")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no time, such as 2026-06-01T09:30:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
