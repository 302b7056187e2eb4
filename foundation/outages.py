"""Something outside of Sift that is away: said in one line when it goes, and in one when it is
back, however often it was asked for meanwhile."""

import logging
import threading


class Outage:
    """Of a database or a mail server, as one process sees it; its threads share it."""

    def __init__(self, logger: logging.Logger, *, gone: str, back: str) -> None:
        self._logger = logger
        self._gone = gone  # a sentence with %s for what happened
        self._back = back
        self._lock = threading.Lock()
        self._lasts = False

    @property
    def lasts(self) -> bool:
        """Whether it was away when it was last asked for."""
        return self._lasts

    def noticed(self, error: BaseException) -> None:
        """It was away just now. The error is told by its type: its words may name people."""
        with self._lock:
            was, self._lasts = self._lasts, True
        if not was:
            self._logger.warning(self._gone, type(error).__name__)

    def over(self) -> None:
        """It answered just now."""
        if not self._lasts:
            return
        with self._lock:
            was, self._lasts = self._lasts, False
        if was:
            self._logger.warning(self._back)
