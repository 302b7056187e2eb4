"""Named rules for a fact of a closed set of values: a pattern for each, the surest first."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from leads.reading.clauses import is_denied
from leads.reading.heard import Heard, Reading

MOST_MATCHES = 30  # of a rule in a message: who repeats himself more says nothing new


@dataclass(frozen=True, slots=True)
class Rule:
    """What words say of a fact, and when they do not."""

    name: str
    pattern: re.Pattern[str]
    value: Any  # None: the words are known, and say nothing
    unless: Callable[[Heard, int, int], bool] = lambda heard, start, end: is_denied(
        heard.plain, start
    )


def rule(
    name: str,
    words: str,
    value: Any,
    unless: Callable[[Heard, int, int], bool] | None = None,
) -> Rule:
    """A rule of English words, which begin and end as words do."""
    pattern = re.compile(rf"\b(?:{words})\b")
    return Rule(name, pattern, value) if unless is None else Rule(name, pattern, value, unless)


def never(heard: Heard, start: int, end: int) -> bool:
    """For a rule whose own words hold the denial."""
    return False


def matches(pattern: re.Pattern[str], plain: str) -> Iterator[re.Match[str]]:
    return islice(pattern.finditer(plain), MOST_MATCHES)


def read_by(heard: Heard, fact: str, rules: Sequence[Rule]) -> Iterator[Reading]:
    """What the rules find, in the order of the text; words that one has taken no other reads."""
    if not heard.is_english:
        return
    taken: list[tuple[int, int]] = []
    found: list[Reading] = []
    for each in rules:
        for match in matches(each.pattern, heard.plain):
            start, end = match.span()
            if any(start < its_end and its_start < end for its_start, its_end in taken):
                continue
            taken.append((start, end))
            if each.value is not None and not each.unless(heard, start, end):
                found.append(Reading(fact, {fact: each.value}, each.name, start, end))
    yield from sorted(found, key=lambda reading: reading.start)
