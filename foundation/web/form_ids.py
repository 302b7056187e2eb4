"""A form's id: random, in the page and in what the form sends, and nowhere else.

By it the server knows a form that is sent again. Whoever has not seen the page cannot guess it.
"""

import secrets

from django.http import HttpRequest

FIELD = "form_id"
_LONGEST = 64  # characters


def new_form_id() -> str:
    """128 random bits in 22 characters that an attribute takes as they are."""
    return secrets.token_urlsafe(16)


def form_id_of(request: HttpRequest) -> str | None:
    """The id of the form that was sent; None where it has none, or one that no page of ours had."""
    id_ = request.POST.get(FIELD, "")
    return id_ if 0 < len(id_) <= _LONGEST else None
