"""`manage.py work` (CONTRACT.md, section 6)."""

from typing import Any

from django.core.management.base import BaseCommand

from sift_site.working.running import work_until_told_to_stop


class Command(BaseCommand):
    help = (
        "Send letters and webhooks, and do what is done by the clock, until told to stop (SIGTERM, "
        "Ctrl-C): what is under way is finished within ten seconds. Any number may run, each with "
        "SIFT_WORK_THREADS threads; killed at any moment it repeats at most what was under way."
    )

    def handle(self, **options: Any) -> None:
        work_until_told_to_stop()
