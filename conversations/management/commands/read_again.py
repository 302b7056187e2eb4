"""`manage.py read_again [--organisation S]`: what stands, read by the present rules."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from conversations.models import Conversation
from conversations.reading_again import ReadAgain, read_again
from organisations.commands import named_organisation
from organisations.models import Organisation


class Command(BaseCommand):
    help = (
        "Read all conversations for facts by the present rules, with a receipt for each: for after"
        " an upgrade. What a sender stated or a person set stands. Safe to run again, and while"
        " Sift runs; it prints one JSON line of what it did."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", metavar="SLUG", help="of this one alone")

    def handle(self, *, organisation: str | None, **_: Any) -> None:
        organisations: Iterable[Organisation] = Organisation.objects.order_by("id")
        talks = Conversation.objects.all()
        if organisation is not None:
            organisations = [named_organisation(organisation)]
            talks = talks.filter(organisation__slug=organisation)
        total = ReadAgain()
        with _progress_bar(talks.count()) as bar:
            for each in organisations:
                for step in read_again(each):
                    total.conversations += step.conversations
                    total.leads_changed += step.leads_changed
                    bar.update(step.conversations)
        self.stdout.write(json.dumps(asdict(total)))


def _progress_bar(total: int) -> Any:
    """By conversations, on a terminal only, so that logs hold no bars."""
    is_terminal = sys.stderr.isatty()
    return tqdm(total=total, unit=" conversations", file=sys.stderr, disable=not is_terminal)
