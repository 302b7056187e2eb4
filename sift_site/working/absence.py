"""That no worker runs: said on the overview and in the log. Nothing fails by it; letters wait."""

import contextlib
import logging
import threading
import time

from django.db import DatabaseError

from organisations.models import Letter
from sift_site.working.beats import Beat

SAID_EVERY = 600.0  # seconds
ASKED_EVERY = 60.0  # by probes, which come every few seconds

logger = logging.getLogger("sift.work")
_lock = threading.Lock()
# By time.monotonic(). A worker that is begun together with the server has a minute to be heard of.
_asked_last, _said_last = time.monotonic(), float("-inf")


def no_worker_runs() -> bool:
    """Whether none was heard of lately; then the log says so, once in a while."""
    if Beat.objects.lately().exists():
        return False
    if _is_time_to_say_so():
        waiting = Letter.objects.waiting().count()
        logger.warning("No worker runs (manage.py work). Letters that wait for one: %s.", waiting)
    return True


def look_for_workers() -> None:
    """The same for the log alone, at most once a minute of a process."""
    global _asked_last
    with _lock:
        if time.monotonic() - _asked_last < ASKED_EVERY:
            return
        _asked_last = time.monotonic()
    with contextlib.suppress(DatabaseError):  # which the next probe tells of
        no_worker_runs()


def _is_time_to_say_so() -> bool:
    global _said_last
    with _lock:
        if time.monotonic() - _said_last < SAID_EVERY:
            return False
        _said_last = time.monotonic()
        return True
