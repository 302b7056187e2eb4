"""By what a person is found again: e-mail first, then phone (CONTRACT.md, section 2, Capture).

A lead's e-mail and phone stand as they are shown; beside each stands its key, by which it is
compared, and which is null where the text identifies nobody: `n/a`, `07700 XXX XXX`, `none@`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from foundation.emails import email_key
from leads.models import Lead
from leads.phones import normalise, phone_key

# The facts that may identify a person, each with what makes its key.
KEY_OF: Mapping[str, Callable[[str], str | None]] = {"email": email_key, "phone": phone_key}


def key_of(field: str, text: str | None) -> str | None:
    """The key of what an e-mail or a phone says; None where it is unknown or identifies nobody."""
    return None if text is None else KEY_OF[field](text)


def set_fact(lead: Lead, field: str, value: Any) -> None:
    """Set a fact as a lead keeps it, with its key where it may identify a person; nothing is saved.

    Whatever changes a lead's e-mail or phone does it by this.
    """
    setattr(lead, field, as_kept(field, value))
    if field in KEY_OF:
        setattr(lead, f"{field}_key", key_of(field, value))


def as_kept(field: str, value: Any) -> Any:
    """The value as the column holds it: a phone in E.164 where it is a full possible one."""
    return normalise(value) if field == "phone" and value is not None else value


def columns_to_save(fields: Iterable[str]) -> list[str]:
    """The columns that `set_fact` may have changed for these facts, for who saves the lead."""
    return [
        column
        for field in fields
        for column in ((field, f"{field}_key") if field in KEY_OF else (field,))
    ]
