"""Finding conversations by the words of their messages.

A conversation's `search` column is one tsvector of the different words of all its messages
(foundation/words.py), each with the number of the first message that has it, and its
languages as facets. A vector for each message would make the index ten to twenty times as large and
as slow to write, and a search of two words would miss conversations in which they fall one after
the other. The number leads to the message that is shown as the hit.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from foundation.database.lexemes import quoted, short_tag
from foundation.words import LONGEST, asked, stored

# A tsvector holds no more than 1 MiB of words: those beyond, of the longest conversations, are not
# found in the list. Messages from 16,383 on share that number.
MOST_BYTES = 1_000_000
LAST_NUMBER = 16_383
_NEVER_TOO_MANY = 2_500  # words, whatever their length


def document(organisation_id: UUID, contents: Sequence[str], languages: Iterable[str]) -> str:
    """What the `search` column holds of messages in their order, in the text form of a tsvector."""
    mark = short_tag(organisation_id)
    words = _words(contents)
    # Words cut alike may be spelled twice: PostgreSQL makes them one.
    spelled = [f"'{mark}{word[:LONGEST]}':{number}" for word, number in words.items()]
    if len(spelled) > _NEVER_TOO_MANY:
        spelled = list(_that_fit(spelled))
    spelled += [quoted(f"{mark}{_facet(language)}") for language in languages]
    return " ".join(spelled)


def parts(organisation_id: UUID, text: str, languages: Iterable[str] = ()) -> list[str]:
    """What asks for conversations of all these words and any of the languages: tsqueries.

    All must match. Words are prefixes, so that they are found while they are typed.
    """
    mark = short_tag(organisation_id)
    words = [f"{quoted(mark + word)}:*" for word in asked(text)]
    any_of = " | ".join(quoted(mark + _facet(language)) for language in languages)
    return [*words, f"({any_of})"] if any_of else words


def best_message(search: str, organisation_id: UUID, words: Iterable[str]) -> int | None:
    """The position of the message, from 0, in which most of the words first fall; the later of two.

    `search` is the column's text; None where it has none of them.
    """
    mark = re.escape(short_tag(organisation_id))
    score: dict[int, int] = {}
    for word in words:
        found = re.findall(rf"'{mark}{re.escape(word)}[^']*':(\d+)", search)
        for number in set(map(int, found)):
            score[number] = score.get(number, 0) + 1
    if not score:
        return None
    return max(score, key=lambda number: (score[number], number)) - 1


def _words(contents: Sequence[str]) -> dict[str, int]:
    """Each different word with the number of the first message that has it, from 1."""
    first: dict[str, int] = {}
    for position in range(len(contents) - 1, -1, -1):
        words = stored(contents[position])
        first.update(dict.fromkeys(words, min(position + 1, LAST_NUMBER)))
    return first


def _that_fit(spelled: Sequence[str]) -> Iterator[str]:
    room = MOST_BYTES
    for lexeme in spelled:
        room -= len(lexeme.encode())
        if room < 0:
            return
        yield lexeme


def _facet(language: str) -> str:
    return f"=language:{language.lower()}"
