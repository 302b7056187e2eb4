"""Where a list goes on (CONTRACT.md, section 2, Lists, `cursor`).

A cursor names the last row of a page by what orders it. It is signed for one list of one
organisation with one set of filters, so elsewhere it does not verify; limit and count are the
page's, not the list's, and may change on the way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from django.core.signing import BadSignature, Signer
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from sift_site.api.times import from_microseconds, to_microseconds

ACCEPTED = "a next_cursor of this list with these same filters"
_SEPARATOR = "."


class NotOfThisList(Exception):
    """The text is no cursor, or one of another list, organisation or set of filters."""


@dataclass(frozen=True, slots=True)
class Place:
    """A row's place: its time, then what breaks ties (an id, or a message's position)."""

    created_at: datetime
    tie: str


def well_formed(text: str) -> str:
    """The text itself; ValueError where it cannot be a cursor of any list."""
    place, _, _ = text.rpartition(_SEPARATOR)
    _place(place)
    return text


def _place(encoded: str) -> Place:
    microseconds, _, tie = urlsafe_base64_decode(encoded).decode("ascii").partition(" ")
    try:
        return Place(from_microseconds(int(microseconds)), tie)
    except OverflowError:
        raise ValueError("outside the years 1 to 9999") from None


@dataclass(frozen=True, slots=True)
class Listing:
    """What a cursor belongs to: a list's name, its organisation, and its filters.

    `filters` holds values as they were understood, so that one time spelled in two ways, or
    statuses in another order, are the same filters.
    """

    name: str
    organisation_id: str
    filters: Mapping[str, Any]

    def cursor_after(self, place: Place) -> str:
        """The cursor that goes on after the row of that place."""
        text = f"{to_microseconds(place.created_at)} {place.tie}"
        return self._signer().sign(urlsafe_base64_encode(text.encode("ascii")))

    def place_of(self, cursor: str) -> Place:
        """The place that the cursor names; raises NotOfThisList."""
        try:
            return _place(self._signer().unsign(cursor))
        except (BadSignature, ValueError):
            raise NotOfThisList from None

    def _signer(self) -> Signer:
        listing = [self.name, self.organisation_id, self.filters]
        return _signer_of(msgspec.json.encode(listing, order="sorted").decode())


@lru_cache(maxsize=512)
def _signer_of(listing: str) -> Signer:
    """Made once for a list that is followed page by page."""
    return Signer(salt=f"sift.api.cursor:{listing}", sep=_SEPARATOR)
