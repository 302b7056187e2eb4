"""`manage.py reapply_erasures FILE`."""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from leads.erasure_list import NotAList, Outcome, erase_again, read


class Command(BaseCommand):
    help = (
        "Erase again, in a database that was restored, the leads that list_erasures wrote down. "
        "What is gone already is left so: the whole list may be given, and given again. Prints one "
        "JSON line; exits 1 where a lead has to be looked at by somebody."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *, file: Path, **_: Any) -> None:
        try:
            erasures = read(file.read_bytes().splitlines())
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        except NotAList as error:
            raise CommandError(f"{file} is no list of erasures: {error}.") from None
        outcomes: Counter[Outcome] = Counter()
        for each, outcome in erase_again(erasures):
            outcomes[outcome] += 1
            if outcome is Outcome.BY_HAND:
                self.stderr.write(
                    f"lead {each.lead_id} of organisation {each.organisation_id} is merged with "
                    "leads that were not erased: take them apart, and erase it on its page"
                )
        told = {outcome.value: outcomes[outcome] for outcome in Outcome}
        self.stdout.write(json.dumps({"read": len(erasures)} | told))
        sys.stdout.flush()
        if outcomes[Outcome.BY_HAND]:
            sys.exit(1)
