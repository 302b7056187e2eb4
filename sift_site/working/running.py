"""This process as a worker, from its start until it is told to stop."""

import signal
from collections.abc import Callable

from django.conf import settings

from foundation.database import time_limits
from sift_site.working.kinds import all_kinds
from sift_site.working.worker import Worker


def work_until_told_to_stop(*, is_wanted: Callable[[], bool] = lambda: True) -> None:
    """Work until SIGTERM or Ctrl-C comes, or until it is no longer wanted: asked each second."""
    time_limits.hold_server_to_them()
    worker = Worker(all_kinds(), settings.SIFT_WORK_THREADS, is_wanted=is_wanted)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()
