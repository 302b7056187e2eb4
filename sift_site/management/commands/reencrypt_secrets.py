"""`manage.py reencrypt_secrets`: every stored secret under the present SECRET_KEY."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.database.encrypted_field import rotate_all
from foundation.plurals import so_many


class Command(BaseCommand):
    help = (
        "Put every encrypted secret in the database under the present SECRET_KEY, reading those of"
        " former keys by SECRET_KEY_FALLBACKS; afterwards the former keys need no longer be set for"
        " them. Safe to run again, and while Sift runs. A secret that no key reads is named, and"
        " the status is 1."
    )

    def handle(self, **_: Any) -> None:
        faults = []
        for done in rotate_all():
            self.stdout.write(
                f"{done.column}: {so_many(done.rotated, 'secret')} of {done.secrets:,}"
                " newly encrypted."
            )
            faults += [f"{done.column}: no key reads that of {id_}." for id_ in done.unreadable]
        if faults:
            raise CommandError("\n".join(faults))
