"""A lead's row in the list."""

from typing import Any

from django.middleware.csrf import get_token

from leads.pages.filters import LeadFilterForm
from leads.pages.list_url import cleaned
from organisations.requests import SignedInRequest


def row_context(request: SignedInRequest, filters: LeadFilterForm) -> dict[str, Any]:
    """What each row needs besides its lead, to be moved where it stands."""
    return {
        "back": cleaned(filters, with_position=True),
        # One text for all rows: the tag would make another for each, which does not compress.
        "token": get_token(request),
    }
