"""What a new password may not be, beside Django's own rules; held wherever one is set.

Who guesses at an agency begins with what everybody chooses, with its name and the product's, with
the person's, and with what lies next to each other on the keyboard (OWASP ASVS 5, 6.1.2, 6.2.4 and
6.2.11). Nothing is prescribed about which characters a password has.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from organisations.signing_in.common_passwords import is_listed
from organisations.signing_in.look_alikes import readings
from organisations.signing_in.runs import said_once, without_runs

LONGEST = 256  # room for any phrase; what is longer only keeps us busy
# The product, the trade, and what people put around them. Whole agencies' names come on top.
CONTEXT_WORDS = frozenset(
    {"sift", "lead", "leads", "estate", "agent", "agents", "agency", "property", "properties"}
    | {"letting", "lettings", "home", "homes", "house", "houses", "office"}
    | {"password", "login", "welcome", "admin"}
)
_LETTERS_OF_ITS_OWN = 6
_DIFFERENT = 5  # characters
_BESIDES_RUNS = 6  # characters
_AROUND = 8  # characters that people put around a word: a year, a date, a few signs

_WORD = re.compile(r"[^\W\d_]+")
_NO_LETTERS = r"[\W\d_]+"
# What may be the word in a password: with what stands around it taken off on both sides, or on the
# one, for a look-alike may begin or end it.
_ENDS = [re.compile(rf"^{_NO_LETTERS}|{_NO_LETTERS}$")]
_ENDS += [re.compile(end) for end in (rf"^{_NO_LETTERS}", rf"{_NO_LETTERS}$", r"\d[\W\d_]*$")]


class NotTooLong:
    """At most LONGEST characters."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError where it is longer."""
        if len(password) > LONGEST:
            raise ValidationError(f"Choose one of at most {LONGEST} characters.")

    def get_help_text(self) -> str:
        return f"At most {LONGEST} characters."


class NotOfFewCharacters:
    """At least _DIFFERENT different characters, however often each stands there."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError where they are fewer."""
        if len(set(_folded(password))) < _DIFFERENT:
            raise ValidationError(
                f"This has few different characters. Use at least {_DIFFERENT}, "
                "or better a phrase of several words."
            )

    def get_help_text(self) -> str:
        return f"At least {_DIFFERENT} different characters."


class NotOfRuns:
    """More than neighbours on the keyboard or in the alphabet, and more than one piece repeated."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError where little is left without them."""
        if len(without_runs(_folded(password))) < _BESIDES_RUNS:
            raise ValidationError(
                "This is little more than runs such as 123456 or qwerty, or the same again and "
                "again. Choose a phrase that nobody would guess of you."
            )

    def get_help_text(self) -> str:
        return "Not runs such as 123456 or qwerty, nor the same again and again."


class NotCommon(CommonPasswordValidator):
    """None of the commonest passwords: long ones as they are (common_passwords), and the short ones
    of Django's list with a few digits and signs around them; look-alikes are read as letters."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError where it is one."""
        if any(word in self.passwords or is_listed(word) for word in _words_meant(password)):
            raise ValidationError(
                "This password is too common: it is tried first, or has one that is at its heart. "
                "Choose a phrase that nobody would guess of you."
            )

    def get_help_text(self) -> str:
        return "None of the passwords that are tried first."


class NotOfItsContext:
    """More than the agency's name, the person's own, the trade's words and some digits together.

    A phrase may well have such a word in it: what counts is what it has besides. Look-alikes are
    read as letters.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError where little is left without those words."""
        words = CONTEXT_WORDS | set(_own_words(user))
        if any(_is_little_more_than(words, text) for text in _texts_meant(password)):
            raise ValidationError(
                "This is little more than your agency's name, your own, or words such as “Sift”. "
                "Choose a phrase that nobody would guess of you."
            )

    def get_help_text(self) -> str:
        return "Not your agency's name or your own, nor Sift's."


def _folded(password: str) -> str:
    """In small letters and plain signs; of one that is too long anyway, the beginning."""
    return unicodedata.normalize("NFKC", password[:LONGEST]).casefold()[:LONGEST]


def _words_meant(password: str) -> Iterator[str]:
    """Every text that the password may be a thinly veiled form of."""
    for text in {folded := _folded(password), said_once(folded)}:
        yield from readings(text)
        for ends in _ENDS:
            word = ends.sub("", text)
            if word and len(text) - len(word) <= _AROUND:
                yield from readings(word)


def _texts_meant(password: str) -> Iterator[str]:
    """The password in each of its readings; digits at its end may be a year, and no letters."""
    folded = _folded(password)
    for text in {folded, _ENDS[-1].sub("", folded), _ENDS[0].sub("", folded)}:
        yield from readings(text)


def _own_words(person: Any) -> Iterator[str]:
    """Of the agency's name, and of the person's name and e-mail."""
    # Not everybody has all of them: a person who is only about to be added.
    agency = getattr(person, "organisation", None)
    own = (getattr(person, "name", None), getattr(person, "email", None))
    for text in (agency.name if agency else None, *own):
        yield from _words(text or "")


def _is_little_more_than(words: set[str] | frozenset[str], text: str) -> bool:
    letters = "".join(_words(text))
    left = letters
    for word in sorted(words, key=len, reverse=True):
        if len(word) > 2:
            left = left.replace(word, "")
    return len(left) < _LETTERS_OF_ITS_OWN and left != letters


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
