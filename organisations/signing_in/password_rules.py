"""What a new password may not be, beside Django's own rules; held wherever one is set.

Who guesses at an agency begins with its name and the product's (OWASP ASVS 5, 6.1.2 and 6.2.11).
"""

import re
from typing import Any

from django.core.exceptions import ValidationError

LONGEST = 256  # room for any phrase; what is longer only keeps us busy
# The product, the trade, and what people put around them. Whole agencies' names come on top.
CONTEXT_WORDS = frozenset(
    {"sift", "lead", "leads", "estate", "agent", "agents", "agency", "property", "properties"}
    | {"letting", "lettings", "home", "homes", "house", "houses", "office"}
    | {"password", "login", "welcome", "admin"}
)
_LETTERS_OF_ITS_OWN = 6

_WORD = re.compile(r"[^\W\d_]+")


class NotTooLong:
    """At most LONGEST characters."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError where it is longer."""
        if len(password) > LONGEST:
            raise ValidationError(f"Choose one of at most {LONGEST} characters.")

    def get_help_text(self) -> str:
        return f"At most {LONGEST} characters."


class NotOfItsContext:
    """More than the agency's name, the trade's words and some digits put together.

    A phrase may well have such a word in it: what counts is what it has besides.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError where little is left without those words."""
        # Not everybody has one: a person who is only about to be added.
        agency = getattr(user, "organisation", None)
        words = CONTEXT_WORDS | set(_words(agency.name if agency else ""))
        left = "".join(_words(password))
        for word in sorted(words, key=len, reverse=True):
            if len(word) > 2:
                left = left.replace(word, "")
        if len(left) < _LETTERS_OF_ITS_OWN and left != "".join(_words(password)):
            raise ValidationError(
                "This is little more than your agency's name or words such as “Sift”. "
                "Choose a phrase that nobody would guess of you."
            )

    def get_help_text(self) -> str:
        return "Not your agency's name, nor Sift's."


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
