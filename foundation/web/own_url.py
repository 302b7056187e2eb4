"""Sift's own URL (SIFT_URL), from which letters and samples are made.

What a request says of the host is a client's word: where it is checked at all, it is one of several
names, and a command has no request.
"""

from django.conf import settings


def full_url(path: str) -> str:
    """The path, which begins with a slash, as a URL that may be sent to somebody."""
    own: str = settings.SIFT_URL
    return own + path
