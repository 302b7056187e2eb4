"""Tell admins of keys that are about to expire: `manage.py send_key_reminders`."""

from typing import Any

from django.core.management.base import BaseCommand

from apikeys.reminders import send_due
from foundation.plurals import so_many


class Command(BaseCommand):
    help = (
        "Send admins an e-mail about each API key that expires within seven days, and another "
        "within one. Each is sent once, however often this runs: let a timer run it every hour."
    )

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{so_many(send_due(), 'key')} reminded of.")
