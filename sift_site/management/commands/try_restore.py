"""`manage.py try_restore FILE` (CONTRACT.md, section 6)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.plurals import so_many
from sift_site.backups.telling import progress
from sift_site.backups.trying import try_restore


class Command(BaseCommand):
    help = (
        "Restore a backup into a scratch database of the same server, hold it against its "
        "manifest, migrate it if it is of an older version, verify its audit trails and its change "
        "feeds, and drop it again. For a role that may make databases. Exits 1 where anything "
        "differs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dump", metavar="FILE", type=Path, help="a dump that backup made")

    def handle(self, *, dump: Path, **_: Any) -> None:
        faults = 0
        with progress("Restoring") as on_table:
            for finding in try_restore(dump, on_table=on_table):
                faults += not finding.is_good
                self.stdout.write(f"{'good' if finding.is_good else 'BAD '}  {finding.text}")
        if faults:
            raise CommandError(f"{dump} is no good backup: {so_many(faults, 'fault')}.")
        self.stdout.write(f"{dump} restores.")
