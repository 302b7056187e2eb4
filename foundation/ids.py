"""Identifiers: UUID version 7 (RFC 9562), made here at the time of writing."""

from uuid import UUID

from foundation.frozen import uuid7 as uuid7


def uuid7_after(other: UUID | None) -> UUID:
    """A new one that comes after that one, also where the clock was set back in between."""
    new = uuid7()
    return new if other is None or other < new else UUID(int=other.int + 1)


def parse_uuid(text: str) -> UUID | None:
    """The UUID written as `text` in its usual 36 characters, or None where it is not one.

    Python's own reader also takes braces, `urn:uuid:` and missing hyphens; an id has one spelling.
    """
    if len(text) != 36:
        return None
    try:
        parsed = UUID(text)
    except ValueError:
        return None
    return parsed if str(parsed) == text.lower() else None
