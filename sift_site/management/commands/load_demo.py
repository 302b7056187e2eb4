"""`manage.py load_demo` (CONTRACT.md, section 6)."""

import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from sift_site.demo.loading import WRITTEN_SEED, Demo, load


class Command(BaseCommand):
    help = (
        "Load synthetic UK data over the twelve months before --until. The same seed and time give"
        " the same content; what is there already is not loaded again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisations", metavar="N", type=int, default=3)
        parser.add_argument(
            "--leads",
            metavar="N",
            type=int,
            default=1200,
            help="of all organisations together; the first has most (default 1200)",
        )
        parser.add_argument(
            "--transcripts",
            metavar="SHARE",
            type=float,
            default=1.0,
            help="the part of the leads that have a conversation, 0 to 1 (default 1)",
        )
        parser.add_argument("--seed", metavar="S", type=int, default=WRITTEN_SEED)
        parser.add_argument(
            "--until", metavar="TIME", help="such as 2026-06-01T09:30:00Z (default now)"
        )

    def handle(
        self,
        *,
        organisations: int,
        leads: int,
        transcripts: float,
        seed: int,
        until: str | None,
        **_: Any,
    ) -> None:
        if not 1 <= organisations <= 1000:
            raise CommandError(f"--organisations takes 1 to 1000, not {organisations}.")
        if leads < 0:
            raise CommandError(f"--leads takes a number from 0 up, not {leads}.")
        if not 0 <= transcripts <= 1:
            raise CommandError(f"--transcripts takes a share from 0 to 1, not {transcripts}.")
        demo = Demo(organisations, leads, transcripts, seed, _time(until))
        with tqdm(total=leads, unit=" leads", disable=not sys.stderr.isatty()) as bar:
            try:
                created = load(demo, bar.update)
            except KeyboardInterrupt:
                raise CommandError(
                    "Stopped. What was loaded stays; the same command loads the rest.",
                    returncode=130,
                ) from None
        self.stdout.write(f"{created} leads loaded, {leads - created} were there.")


def _time(text: str | None) -> datetime:
    """The moment, in UTC where no zone is given; now where nothing is."""
    if text is None:
        return timezone.now()
    try:
        time = datetime.fromisoformat(text)
        if time.tzinfo is None:
            time = time.replace(tzinfo=UTC)
        time = time.astimezone(UTC)
    except (ValueError, OverflowError):
        raise CommandError(
            f"--until is {text!r}; it takes a time such as 2026-06-01T09:30:00Z."
        ) from None
    if not 2001 <= time.year <= 9000:
        raise CommandError(f"--until is {text!r}; it takes a time of the years 2001 to 9000.")
    return time
