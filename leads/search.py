"""Finding leads by words, numbers and facts: what is stored for it, and how it is asked.

A lead's `search` column is a tsvector of exact lexemes (foundation/database/lexemes.py): its words
folded (foundation/words.py), those of the home's reference among them, e-mails, its phone
(leads/phone_search.py), and its facts as facets.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol
from uuid import UUID

from foundation import words
from foundation.database.lexemes import quoted, tag
from foundation.emails import LONGEST as LONGEST_ADDRESS
from foundation.emails import bare_address
from foundation.words import LONGEST, fold
from leads import phone_search
from leads.models import Lead
from leads.models.choices import FACT_CHOICES
from leads.temperature import temperature

_BETWEEN = re.compile(r"[\s,;]+")  # e-mails that stand in a row


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
    property_ref: str | None = None,
) -> str:
    """What a lead's `search` column holds, in the text form of a tsvector."""
    mark = tag(organisation_id)
    lexemes = {
        *_found_by(facts, property_ref),
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
        property_ref=lead.property_ref,
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


def _found_by(facts: Described, property_ref: str | None) -> Iterator[str]:
    """What a person may type or paste to find the lead; the home's reference is the agency's."""
    texts = (facts.name, facts.area, facts.summary, facts.email, property_ref)
    said = ", ".join(filter(None, texts))
    found = words.stored(said)
    found += map(_e_mail, _e_mails_apart(fold(said))[0])
    if facts.phone:
        found += phone_search.stored(facts.phone)
    yield from (word[:LONGEST] for word in found)


def _said(mark: str, text: str) -> str | None:
    """What asks for all that was typed; None where that is no word."""
    folded = fold(text)
    if phone_search.asked(folded):  # nothing but a number, perhaps with a label
        return _number(mark, folded)
    e_mails, rest = _e_mails_apart(folded)
    numbers, rest = phone_search.numbers_apart(rest)
    parts = [
        *(_beginning(mark, _e_mail(e_mail)) for e_mail in e_mails),
        *(_number(mark, number) for number in numbers),
        _all_words(mark, rest),
    ]
    return " & ".join(filter(None, parts)) or None


def _e_mails_apart(folded: str) -> tuple[list[str], str]:
    """The e-mails in a text, half typed ones too, and the rest of it."""
    if "@" not in folded:
        return [], folded
    e_mails: list[str] = []
    rest: list[str] = []
    for chunk in _BETWEEN.split(folded):
        (e_mails if "@" in chunk.strip("@") else rest).append(chunk)
    return e_mails, " ".join(rest)


def _number(mark: str, text: str) -> str | None:
    """What asks for the number as the lead's phone, or as words of what is said of the lead."""
    any_of = [_beginning(mark, number) for number in phone_search.asked(text)]
    any_of += filter(None, [_all_words(mark, text)])
    return f"({' | '.join(dict.fromkeys(any_of))})" if any_of else None


def _all_words(mark: str, text: str) -> str | None:
    all_of = [_beginning(mark, word) for word in words.asked(text)]
    return f"({' & '.join(all_of)})" if all_of else None


def _beginning(mark: str, word: str) -> str:
    return f"{quoted(mark + word[:LONGEST])}:*"


def _e_mail(folded: str) -> str:
    """An address without what stands around it, so that it is stored and asked alike."""
    return f"@{bare_address(folded[:LONGEST_ADDRESS])}"


def _facets(facts: Described) -> Iterator[str]:
    for name in FACT_CHOICES:
        if value := getattr(facts, name):
            yield f"={name}:{value}"
    yield f"=viewing_requested:{'yes' if facts.viewing_requested else 'no'}"
