"""Cookies of our own: signed, and for the server alone.

Under HTTPS their names begin with `__Host-`: a browser takes such a cookie only from this very host
and over HTTPS, so no neighbouring host can plant one (settings.COOKIE_PREFIX).
"""

from typing import Any

from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.core import signing
from django.http import HttpRequest, HttpResponse


def put(response: HttpResponse, name: str, said: Any, *, seconds: int) -> None:
    """Have the browser keep `said`, which it can read and not change, for so long."""
    response.set_cookie(
        settings.COOKIE_PREFIX + name,
        signing.dumps(said, salt=name, compress=True),
        max_age=seconds,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def read(request: HttpRequest, name: str, *, seconds: int) -> Any | None:
    """What was put there; None where there is none, it was forged, or it is too old."""
    try:
        cookie = request.COOKIES.get(settings.COOKIE_PREFIX + name, "")
        return signing.loads(cookie, salt=name, max_age=seconds)
    except signing.BadSignature:
        return None


def forget(response: HttpResponse, name: str) -> None:
    response.delete_cookie(settings.COOKIE_PREFIX + name, samesite="Lax")


class MessageStorage(CookieStorage):
    """Django's messages, in a cookie named like the others."""

    cookie_name = f"{settings.COOKIE_PREFIX}sift_messages"

    @property
    def added(self) -> list[Message]:
        """What this request has said so far, in its order."""
        return list(self._queued_messages)  # type: ignore[attr-defined]  # of Django's own storage

    def add_unless_waiting(self, level: int, words: str, tags: str) -> None:
        """Say it, unless the browser brought it along and it was not shown yet."""
        waiting = self._loaded_messages  # type: ignore[attr-defined]  # likewise
        if Message(level, words, tags) not in waiting:
            self.add(level, words, tags)
