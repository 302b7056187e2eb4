"""The body of a page's request: there as a whole before anything looks at it, or refused.

Django takes what it gets for the form, so a form that broke off, or was cut off for taking too
long, would be one with fewer fields: a list's filters, or most of the leads that were ticked. And
it writes the files in a form to disk for as long as they come, whoever sends them and wherever to.
"""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

LARGEST_WITH_FILES = 16 * 1024 * 1024  # bytes: a file that is brought in, and what is around it


def is_too_large(request: HttpRequest) -> bool:
    """Whether a form with files says that it is longer than any page takes; nothing of it is read.

    Of any other body Django, or the view, reads no more than it takes.
    """
    return request.content_type == "multipart/form-data" and _length(request) > LARGEST_WITH_FILES


def is_whole(request: HttpRequest) -> bool:
    """Read the body; whether it is as long as was said. Of one that is too long Django says so."""
    if not (length := _length(request)):
        return True
    try:
        body = request.body
    except RequestDataTooBig:
        return True
    except OSError:
        return False
    return len(body) >= length


def _length(request: HttpRequest) -> int:
    """As the request says it; 0 where it says none."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isascii() and said.isdigit() else 0
