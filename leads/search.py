"""Finding leads by words, numbers and facts: what is stored for it, and how it is asked.

A lead's `search` column is a tsvector of exact lexemes (foundation/database/lexemes.py): its
words with case and accents folded, its e-mail, its phone as one number in every spelling, and
its facts as facets.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol
from uuid import UUID

from foundation.database.lexemes import APOSTROPHE, LONGEST, WORD, fold, quoted, tag
from foundation.emails import email_key
from leads.models import Lead
from leads.models.choices import FACT_CHOICES
from leads.temperature import temperature

_PHONE_LIKE = re.compile(r"[+(]?[0-9][0-9()+\-./ ]{4,}[0-9]")


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
    return " ".join(quoted(mark + lexeme) for lexeme in lexemes)


def renew(lead: Lead) -> None:
    """Bring `lead.search` up to date with the facts; nothing is saved.

    For whatever changes something that `document()` reads, before it saves.
    """
    lead.search = document(
        lead.organisation_id,
        lead,
        source=lead.source,
        score=lead.score,
        assignee_id=lead.assignee_id,
    )


def query(organisation_id: UUID, text: str, facets: Mapping[str, Iterable[str]]) -> str | None:
    """What asks for leads of all these words and facets, as a tsquery; None for nothing asked.

    Words are prefixes, so that a name is found while it is typed. `facets` maps a fact of
    FACT_CHOICES, `source`, `temperature`, `viewing_requested` or `assignee` to the values of which
    any will do.
    """
    mark = tag(organisation_id)
    parts = []
    if said := _said(mark, text):
        parts.append(said)
    for name, values in facets.items():
        if any_of := [quoted(f"{mark}={name}:{value}") for value in values]:
            parts.append(f"({' | '.join(any_of)})")
    return " & ".join(parts) or None


def words_of(text: str) -> set[str]:
    """The words by which the text is found, without case and accents."""
    return set(_words(text))


def number_in(text: str) -> str:
    """The digits of a phone, the same in every spelling; empty where there are none."""
    return _national(text)


def _said(mark: str, text: str) -> str | None:
    words = [f"{quoted(mark + word)}:*" for word in _asked_words(text)]
    as_words = f"({' & '.join(words)})" if words else None
    if number := _PHONE_LIKE.search(text):
        rest = (text[: number.start()] + " " + text[number.end() :]).strip()
        as_number = f"{quoted(f'{mark}+{_national(number[0])}')}:*"
        beside = [as_number, *([inner] if (inner := _said(mark, rest)) else [])]
        return f"({as_words} | ({' & '.join(beside)}))"
    return as_words


def _asked_words(text: str) -> Iterator[str]:
    for chunk in text.split():
        if "@" in chunk.strip("@"):
            yield _e_mail(chunk)
        else:
            yield from (word[:LONGEST] for word in WORD.findall(_joined(chunk)))


def _joined(text: str) -> str:
    return APOSTROPHE.sub("", fold(text))


def _words(text: str) -> Iterator[str]:
    folded = fold(text)
    joined = APOSTROPHE.sub("", folded)
    # O'Brien is asked for as one word and as two.
    for word in WORD.findall(folded if joined == folded else f"{folded} {joined}"):
        yield word[:LONGEST]


def _e_mails(email: str | None) -> Iterator[str]:
    if email:
        yield _e_mail(email)


def _e_mail(text: str) -> str:
    """An address by its key, so that it is stored and asked alike; else, half typed, as it is."""
    return f"@{fold(email_key(text) or text.strip())}"[:LONGEST]


def _phones(phone: str | None) -> Iterator[str]:
    if phone and (digits := _national(phone.partition(";ext=")[0])):
        yield f"+{digits}"


def _national(number: str) -> str:
    """The digits by which a number is the same in every spelling.

    `+44 7700 900123`, `0044 (0)7700 900123`, `07700-900123` and `7700900123` are one number.
    """
    digits = re.sub(r"\(0\)|[^0-9]", "", number)
    digits = digits.removeprefix("00")
    if digits.startswith("44") and len(digits) > 10:
        digits = digits[2:]
    return digits.removeprefix("0")[:LONGEST]


def _facets(facts: Described) -> Iterator[str]:
    for name in FACT_CHOICES:
        if value := getattr(facts, name):
            yield f"={name}:{value}"
    yield f"=viewing_requested:{'yes' if facts.viewing_requested else 'no'}"
