"""Revoke an API key at once: `manage.py revoke_api_key PREFIX`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import Q

from apikeys import keys, letters
from apikeys.models import ApiKey
from apikeys.revoking import revoke
from organisations.actors import SYSTEM


class Command(BaseCommand):
    help = "Revoke an API key: the very next request with it is refused."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "prefix",
            metavar="PREFIX",
            help=f"the key's first {keys.PREFIX_LENGTH} characters, or all of it",
        )

    def handle(self, *, prefix: str, **options: Any) -> None:
        key = _key(prefix.strip())
        if key.revoked_at is not None:
            self.stdout.write(
                f"{key.shown} was revoked already, at {key.revoked_at:%Y-%m-%d %H:%M} UTC."
            )
            return
        with transaction.atomic():
            if revoke(key, by=SYSTEM):
                letters.key_revoked(key, by=SYSTEM)
        self.stdout.write(f"Revoked {key.shown} ({key.name}).")


def _key(text: str) -> ApiKey:
    """The key of that visible prefix, or with that very text; raises CommandError."""
    # Its shown form, sk_live_ab12cd34…wxyz, is what a person would copy from the page.
    prefix = text.partition("…")[0]
    key = None
    if prefix.isascii() and prefix.isprintable():  # else PostgreSQL need not be asked
        digest = keys.digest_of(prefix)
        key = ApiKey.objects.filter(Q(prefix=prefix) | Q(digest=digest)).first()
    if key is None:
        # Not repeated: it may be a whole key with a typing error.
        raise CommandError(
            "There is no such key. PREFIX takes the visible prefix, "
            f"{keys.START} and {keys.PREFIX_LENGTH - len(keys.START)} more characters, "
            "or a whole key."
        )
    return key
