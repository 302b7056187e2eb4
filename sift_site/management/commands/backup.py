"""`manage.py backup DIR [--keep N]` (CONTRACT.md, section 6)."""

import json
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sift_site.backups.programs import ProgramFailed
from sift_site.backups.taking import CannotBackUp, back_up
from sift_site.backups.telling import progress


class Command(BaseCommand):
    help = (
        "Write a dump of the database into DIR, and beside it a manifest with what it holds: "
        "try_restore holds one against the other. For the owner of the tables, while Sift runs. "
        "Prints one JSON line."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="a folder that is there")
        parser.add_argument(
            "--keep",
            metavar="N",
            type=_from_one,
            help="then drop older backups there, until so many are left, the new one included",
        )

    def handle(self, *, folder: Path, keep: int | None, **_: Any) -> None:
        began = time.monotonic()
        try:
            with progress("Dumping") as on_table:
                backup = back_up(folder, keep=keep, on_table=on_table)
        except (CannotBackUp, ProgramFailed) as error:
            raise CommandError(f"No backup was made: {error}.") from None
        except KeyboardInterrupt:
            raise CommandError("Stopped. No backup was made.", returncode=130) from None
        counts = backup.manifest.standing.counts
        summary = {
            "file": str(backup.dump),
            "bytes": backup.manifest.bytes,
            "sha256": backup.manifest.sha256,
            "tables": len(counts),
            "rows": sum(counts.values()),
            "seconds": round(time.monotonic() - began, 1),
            "dropped": [str(path) for path in backup.dropped],
        }
        self.stdout.write(json.dumps(summary))
        sys.stdout.flush()


def _from_one(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) >= 1):
        raise ArgumentTypeError(f"{text!r} is no whole number from 1 up")
    return int(text)
