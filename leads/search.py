"""Finding leads by words, numbers and facts: what is stored for it, and how it is asked.

A lead's `search` column is a tsvector of exact lexemes, made here in Python: its words with case
and accents folded, its e-mail, its phone as one number in every spelling, and its facts as facets.
Each lexeme begins with the organisation's tag, so an index scan reads one agency's hits alone
(CONTRACT.md, section 1: other agencies' hits are never filtered out afterwards). PostgreSQL 15
without extensions folds no accents, which is why this is Python's work and a stored column.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol
from uuid import UUID

from django.contrib.postgres.search import SearchQueryField
from django.db.models import BooleanField, F, Func, Value
from django.db.models.functions import Cast

from leads.contacts import email_key
from leads.temperature import temperature

# What a change of makes the stored column stale.
SEARCHED_FIELDS = (
    "name", "email", "phone", "area", "summary", "score", "source", "intent", "property_type",
    "timeline", "chain_status", "financing_status", "buyer_scheme", "stamp_duty_position",
    "viewing_requested", "assignee_id",
)  # fmt: skip
# The facts that filters choose by. Status is not one: it changes too often, and has an index.
FACETS = (
    "intent", "property_type", "timeline", "chain_status", "financing_status",
    "buyer_scheme", "stamp_duty_position",
)  # fmt: skip

_WORD = re.compile(r"\w+")
_APOSTROPHE = re.compile(r"['’‘`]")
_PHONE_LIKE = re.compile(r"[+(]?[0-9][0-9()+\-./ ]{4,}[0-9]")
_LONGEST_LEXEME = 80  # characters: longer words are cut, when stored and when asked alike
_UNFOLDED = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"}


class _Bare(dict[int, str | None]):
    """For `str.translate`: each character without its accent, worked out when it is first met."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        bare = None if unicodedata.combining(letter) else _UNFOLDED.get(letter, letter)
        self[code] = bare
        return bare


_BARE = _Bare()


def fold(text: str) -> str:
    """The text without regard to case and accents: `Émile Łukasz` is `emile lukasz`."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text.casefold()).translate(_BARE)


class Described(Protocol):
    """A lead, or what a sender says of one: the facts by which it is found."""

    name: Any
    email: Any
    phone: Any
    area: Any
    summary: Any
    viewing_requested: Any


def document(
    organisation_id: UUID,
    facts: Described,
    *,
    source: str,
    score: int | None,
    assignee_id: UUID | None = None,
) -> str:
    """What a lead's `search` column holds, in the text form of a tsvector."""
    mark = tag(organisation_id)
    said = (facts.name, facts.area, facts.summary, facts.email)
    lexemes = {
        *_words(" ".join(filter(None, said))),
        *_e_mails(facts.email),
        *_phones(facts.phone),
        *_facets(facts),
        f"=source:{source}",
        f"=temperature:{temperature(score) or 'none'}",
        f"=assignee:{assignee_id or 'none'}",
    }
    return " ".join(_quoted(mark + lexeme) for lexeme in lexemes)


def query(organisation_id: UUID, text: str, facets: Mapping[str, Iterable[str]]) -> str | None:
    """What asks for leads of all these words and facets, as a tsquery; None for nothing asked.

    Words are prefixes, so that a name is found while it is typed. `facets` maps a name of FACETS,
    `source`, `temperature`, `viewing_requested` or `assignee` to the values of which any will do.
    """
    mark = tag(organisation_id)
    parts = []
    if said := _said(mark, text):
        parts.append(said)
    for name, values in facets.items():
        if any_of := [_quoted(f"{mark}={name}:{value}") for value in values]:
            parts.append(f"({' | '.join(any_of)})")
    return " & ".join(parts) or None


class Matches(Func):
    """The condition that `search` matches a tsquery made by `query()`, taken as it stands.

    Django's own SearchQuery would send it through a text-search configuration, which takes the
    lexemes apart again.
    """

    template = "%(expressions)s"
    arg_joiner = " @@ "
    output_field = BooleanField()

    def __init__(self, asked: str) -> None:
        super().__init__(F("search"), Cast(Value(asked), SearchQueryField()))


class MatchesWhenRead(Matches):
    """The same condition, asked of rows that something else has found: never of the index.

    PostgreSQL reads no index for `IS TRUE`. It thinks the index cheaper for common words than it
    is, and would collect a hundred thousand hits to look at the newest few thousand leads.
    """

    template = "(%(expressions)s) IS TRUE"


def tag(organisation_id: UUID) -> str:
    """What an organisation's lexemes begin with: the random end of its id."""
    return f"{organisation_id.hex[-12:]}/"


def _said(mark: str, text: str) -> str | None:
    words = [f"{_quoted(mark + word)}:*" for word in _asked_words(text)]
    as_words = f"({' & '.join(words)})" if words else None
    if number := _PHONE_LIKE.search(text):
        rest = (text[: number.start()] + " " + text[number.end() :]).strip()
        as_number = f"{_quoted(f'{mark}+{_national(number[0])}')}:*"
        beside = [as_number, *([inner] if (inner := _said(mark, rest)) else [])]
        return f"({as_words} | ({' & '.join(beside)}))"
    return as_words


def _asked_words(text: str) -> Iterator[str]:
    for chunk in text.split():
        if "@" in chunk.strip("@"):
            yield f"@{email_key(fold(chunk))}"[:_LONGEST_LEXEME]
        else:
            yield from (word[:_LONGEST_LEXEME] for word in _WORD.findall(_joined(chunk)))


def _joined(text: str) -> str:
    return _APOSTROPHE.sub("", fold(text))


def _words(text: str) -> Iterator[str]:
    folded = fold(text)
    joined = _APOSTROPHE.sub("", folded)
    # O'Brien is asked for as one word and as two.
    for word in _WORD.findall(folded if joined == folded else f"{folded} {joined}"):
        yield word[:_LONGEST_LEXEME]


def _e_mails(email: str | None) -> Iterator[str]:
    if email:
        yield f"@{email_key(fold(email))}"[:_LONGEST_LEXEME]


def _phones(phone: str | None) -> Iterator[str]:
    if phone and (digits := _national(phone)):
        yield f"+{digits}"


def _national(number: str) -> str:
    """The digits by which a number is the same in every spelling.

    `+44 7700 900123`, `0044 (0)7700 900123`, `07700-900123` and `7700900123` are one number.
    """
    digits = re.sub(r"\(0\)|[^0-9]", "", number)
    digits = digits.removeprefix("00")
    if digits.startswith("44") and len(digits) > 10:
        digits = digits[2:]
    return digits.removeprefix("0")[:_LONGEST_LEXEME]


def _facets(facts: Described) -> Iterator[str]:
    for name in FACETS:
        if value := getattr(facts, name):
            yield f"={name}:{value}"
    yield f"=viewing_requested:{'yes' if facts.viewing_requested else 'no'}"


def _quoted(lexeme: str) -> str:
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
