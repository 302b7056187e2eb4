"""What is done once the answer is out, so that how long it takes tells the asker nothing."""

import logging
from collections.abc import Callable

from django.http.response import HttpResponseBase

logger = logging.getLogger("sift.after_answer")


def after_answer(response: HttpResponseBase, act: Callable[[], object]) -> None:
    """Call `act` when the response is closed: the server does so after its last byte is sent.

    It runs in the request's own thread, with its database connection. A fault in it is logged, and
    is nobody's answer.
    """
    close = response.close

    def act_and_close() -> None:
        try:
            act()
        except Exception:
            logger.exception("What was to follow an answer failed.")
        finally:
            close()

    response.close = act_and_close  # type: ignore[method-assign]
