"""The areas that an agency's leads and settings name, looked for in a text all at once."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise

LONGEST_NAME = 4  # words
_MOST_WORDS = 4_000  # of a message; a longer one is read so far
_WORD = re.compile(r"[^\W\d_]+(?:['.-][^\W\d_]+){0,3}")
_A_NAME = re.compile(r"[^\W\d_][\w' .&-]{1,48}")
# Places that are words too: read only where they are written as names, after a word of place.
_ALSO_WORDS = frozenset({
    "bath", "reading", "sale", "deal", "street", "ash", "battle", "beer", "hook",
    "rugby", "sandwich", "ware", "wells", "eye", "bury", "hull", "ham", "wing",
    "ford", "hope", "mere", "nelson", "chard", "barking", "poole", "lee", "over",
    "settle", "west", "east", "north", "south", "central", "city", "town",
    "centre", "village", "market", "hill", "green", "park", "lane", "barnes",
    "tring", "wick", "penny", "kew", "hale", "worth", "wash", "cheddar", "leek",
    "stone", "rugeley", "yarm", "thorne", "march", "may",
})  # fmt: skip
_ANYWHERE = frozenset({
    "anywhere", "any", "everywhere", "flexible", "unsure", "unknown", "none",
    "local", "nearby", "here", "there", "somewhere", "all", "uk", "england",
    "london-area", "n/a", "not", "various", "other",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A name in a text, as the agency spells it."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class KnownAreas:
    """Names of areas; what is no name of one (`anywhere near a school`) is left out."""

    names: tuple[str, ...]

    @cached_property
    def _by_words(self) -> dict[tuple[str, ...], str]:
        found: dict[tuple[str, ...], str] = {}
        for name in self.names:
            words = tuple(match[0].lower() for match in _WORD.finditer(name))
            if _is_name(name, words):
                found.setdefault(words, name)
        return found

    @cached_property
    def _longest_by_first(self) -> dict[str, int]:
        longest: dict[str, int] = {}
        for words in self._by_words:
            longest[words[0]] = max(len(words), longest.get(words[0], 0))
        return longest

    def places(self, text: str, plain: str) -> Iterator[Found]:
        """Each name that the text has, the longest where several begin at one word."""
        if not self._longest_by_first:
            return
        spans = [match.span() for match in islice(_WORD.finditer(plain), _MOST_WORDS)]
        words = [plain[start:end] for start, end in spans]
        at = 0
        while at < len(words):
            length = self._length_at(text, words, spans, at)
            if length:
                start, end = spans[at][0], spans[at + length - 1][1]
                yield Found(self._by_words[tuple(words[at : at + length])], start, end)
            at += length or 1

    def _length_at(self, text: str, words: list[str], spans: list[tuple[int, int]], at: int) -> int:
        for length in range(self._longest_by_first.get(words[at], 0), 0, -1):
            name = tuple(words[at : at + length])
            if name not in self._by_words or not _are_neighbours(spans[at : at + length]):
                continue
            start = spans[at][0]
            if length > 1 or name[0] not in _ALSO_WORDS or _is_written_as_name(text, start):
                return length
        return 0


def known_areas(names: Iterable[str]) -> KnownAreas:
    """Of names as leads have them: `Didsbury, Chorlton or M20` says three."""
    parts = (part.strip() for name in names for part in _BETWEEN.split(name))
    return KnownAreas(tuple(dict.fromkeys(part for part in parts if part)))


NONE = KnownAreas(())
_BETWEEN = re.compile(r",|/|;|&|\bor\b|\band\b")
_PLACE_BEFORE = re.compile(r"\b(?:in|near|around|at|to|of|towards|by|within|like|or|and)\s$|,\s$")


def _is_name(name: str, words: tuple[str, ...]) -> bool:
    if not 1 <= len(words) <= LONGEST_NAME or len("".join(words)) < 2:
        return False
    return _A_NAME.fullmatch(name) is not None and not _ANYWHERE.intersection(words)


def _are_neighbours(spans: list[tuple[int, int]]) -> bool:
    return all(later[0] - one[1] == 1 for one, later in pairwise(spans))


def _is_written_as_name(text: str, start: int) -> bool:
    return (
        text[start].isupper() and _PLACE_BEFORE.search(text[max(0, start - 9) : start]) is not None
    )
