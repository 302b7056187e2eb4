"""What every contender needs alike: the key's digest, and a cursor's text."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

# Methods by path, of the endpoints that are measured.
STATUSES = ("new", "contacted", "qualified", "rejected", "archived")


def digest_of(authorization: str | None) -> str | None:
    """The digest by which the key of an Authorization header is stored; None without a key."""
    scheme, _, key = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        return None
    return hashlib.sha256(key.encode()).hexdigest()


def cursor_after(created_at: object, tie: object) -> str:
    """A cursor that names the last row of a page."""
    return urlsafe_b64encode(f"{created_at} {tie}".encode()).decode()


def place_of(cursor: str) -> tuple[str, str]:
    """The time and the tie-breaker that a cursor names; ValueError where it is none."""
    created_at, _, tie = urlsafe_b64decode(cursor).decode().rpartition(" ")
    return created_at, tie
