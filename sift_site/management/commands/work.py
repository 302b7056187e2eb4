"""`manage.py work` (CONTRACT.md, section 6)."""

import os
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from foundation.database import time_limits
from sift_site.working.kinds import all_kinds
from sift_site.working.worker import Worker


class Command(BaseCommand):
    help = (
        "Send letters and webhooks, and do what is done by the clock, until told to stop (SIGTERM, "
        "Ctrl-C): what is under way is finished within ten seconds. Any number may run, each with "
        "SIFT_WORK_THREADS threads; killed at any moment it repeats at most what was under way."
    )

    def handle(self, *, parent: int | None = None, **options: Any) -> None:
        """`parent` is the process without which this one is not wanted; `make run` says it."""
        time_limits.hold_server_to_them()
        worker = Worker(
            all_kinds(),
            settings.SIFT_WORK_THREADS,
            is_wanted=lambda: parent is None or os.getppid() == parent,
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        worker.run()
