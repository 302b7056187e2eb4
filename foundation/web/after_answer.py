"""What is done once the answer is out, so that how long it takes tells the asker nothing.

It is done in a thread of its own: the request's thread lets the connection go first, so not even
the connection's end is later for it.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import connections
from django.http.response import HttpResponseBase

from foundation import log_context

logger = logging.getLogger("sift.after_answer")

# By then the connection is let go: what the thread computes takes turns with all others.
_PAUSE = 0.1  # seconds
# One thread a process, begun with its first task. What waits at a normal end of the process is
# still done: the interpreter joins the pool's thread before it leaves.
_afterwards = ThreadPoolExecutor(max_workers=1, thread_name_prefix="after-answer")


def after_answer(response: HttpResponseBase, act: Callable[[], object]) -> None:
    """Have `act` called after the response is closed: the server closes it once it is sent.

    It runs in another thread, with a database connection of its own, after what was to follow
    earlier answers. A fault in it is logged, and is nobody's answer.
    """
    close, act = response.close, log_context.kept(act)

    def close_and_act() -> None:
        try:
            close()
        finally:
            _hand_over(act)

    response.close = close_and_act  # type: ignore[method-assign]


def _hand_over(act: Callable[[], object]) -> None:
    if not settings.AFTER_ANSWER_IN_A_THREAD:
        _do(act)
        return
    try:
        _afterwards.submit(_do_in_thread, act, time.monotonic() + _PAUSE)
    except RuntimeError:  # the process ends, and its pools take nothing more
        _do(act)


def _do_in_thread(act: Callable[[], object], due: float) -> None:
    time.sleep(max(0.0, due - time.monotonic()))
    try:
        _do(act)
    finally:
        connections.close_all()


def _do(act: Callable[[], object]) -> None:
    try:
        act()
    except Exception:
        logger.exception("What was to follow an answer failed.")
