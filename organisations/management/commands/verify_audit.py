"""`manage.py verify_audit [FILE]` (CONTRACT.md, section 6)."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from organisations import audit_chain
from organisations.audit_chain import Link, NotATrail, Verified
from organisations.models import Organisation

_TOLD_EVERY = 10_000  # entries


class Command(BaseCommand):
    help = (
        "See whether the audit trail is what was written: every agency's in the database, or one "
        "agency's in a file that was exported without filters, for which no database is needed. "
        "Prints the last hash of each, to be kept elsewhere. The first entry that does not fit is "
        "named, and the status is 1."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", nargs="?", type=Path, help="an exported file")

    def handle(self, *, file: Path | None, **_: Any) -> None:
        trails = self._of_database() if file is None else [(str(file), self._of_file(file))]
        faults = []
        for name, verified in trails:
            if verified.fault is None and verified.last is not None:
                self.stdout.write(
                    f"{name}: {verified.entries:,} entries fit; the last hash is "
                    f"{verified.last.hash}"
                )
            else:
                faults.append(f"{name}: {verified.fault}.")
        if faults:
            raise CommandError("\n".join(faults))

    def _of_database(self) -> Iterator[tuple[str, Verified]]:
        slugs = dict(Organisation.objects.values_list("id", "slug"))
        for id_ in audit_chain.organisations_with_trail():
            name = slugs.get(id_, str(id_))
            yield name, audit_chain.verify(self._told(name, audit_chain.links_of(id_)))

    def _of_file(self, file: Path) -> Verified:
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                links = self._told(str(file), audit_chain.links_in(lines))
                return audit_chain.verify_export(links)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        except (NotATrail, UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"{file} is no exported audit trail: {error}.") from None

    def _told(self, name: str, links: Iterable[Link]) -> Iterator[Link]:
        """The same, while a terminal is told how far it is."""
        is_watched = self.stderr.isatty()
        for number, link in enumerate(links, start=1):
            if is_watched and number % _TOLD_EVERY == 0:
                self.stderr.write(f"\r{name}: {number:,} entries", ending="", style_func=str)
            yield link
        if is_watched:
            self.stderr.write("\r\x1b[K", ending="", style_func=str)
