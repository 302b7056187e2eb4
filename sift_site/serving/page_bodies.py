"""The body of a page's request: there as a whole before anything looks at it, or refused.

Django takes what it gets for the form, so a form that broke off, or was cut off for taking too
long, would be one with fewer fields: a list's filters, or most of the leads that were ticked.
"""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest


def is_whole(request: HttpRequest) -> bool:
    """Read the body; whether it is as long as was said. Of one that is too long Django says so."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length == "0":
        return True
    try:
        body = request.body
    except RequestDataTooBig:
        return True
    except OSError:
        return False
    return not length.isdigit() or len(body) >= int(length)
