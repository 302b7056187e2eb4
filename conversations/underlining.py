"""A message's words with the facts that they gave: underlined, and said what they were read as."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from conversations.marking import shown
from conversations.models import Receipt
from leads.evidence import said_in_words
from leads.wording import fact_label


@dataclass(slots=True)
class _Stretch:
    """Words that gave facts; those of several that overlap are one."""

    start: int
    end: int
    facts: list[str] = field(default_factory=list)  # `Budget: Up to £350,000`


def underlined(
    content: str,
    words: Sequence[str],
    told: Iterable[Receipt],
    asked_words: tuple[int, int] | None,
) -> SafeString:
    """The whole message; the words of the place asked for are marked, like those looked for."""
    parts, at = [], 0
    for stretch in _stretches(told):
        before = _marked(content, at, stretch.start, words, asked_words)
        inside = _marked(content, stretch.start, stretch.end, words, asked_words)
        parts += [before, _fact(inside, "; ".join(stretch.facts))]
        at = stretch.end
    parts.append(_marked(content, at, len(content), words, asked_words))
    return format_html_join("", "{}", ((part,) for part in parts))


def _fact(inside: SafeString, facts: str) -> SafeString:
    return format_html(
        '<span class="told" title="{}">{}<span class="visually-hidden"> ({})</span></span>',
        f"Read as {facts}",
        inside,
        f"read as {facts}",
    )


def _stretches(told: Iterable[Receipt]) -> Iterator[_Stretch]:
    stretch: _Stretch | None = None
    for receipt in sorted(told, key=lambda receipt: (receipt.start, receipt.end)):
        fact = f"{fact_label(receipt.fact)}: {said_in_words(receipt.fact, receipt.said)}"
        if stretch is None or receipt.start >= stretch.end:
            if stretch is not None:
                yield stretch
            stretch = _Stretch(receipt.start, receipt.end)
        stretch.end = max(stretch.end, receipt.end)
        if fact not in stretch.facts:
            stretch.facts.append(fact)
    if stretch is not None:
        yield stretch


def _marked(
    content: str, start: int, end: int, words: Sequence[str], asked: tuple[int, int] | None
) -> SafeString:
    """The part of the message, with what of the place asked for lies in it marked."""
    if asked is None or asked[0] >= end or asked[1] <= start or asked[0] >= asked[1]:
        return shown(content[start:end], words)
    first, last = max(start, asked[0]), min(end, asked[1])
    return format_html(
        "{}<mark>{}</mark>{}",
        shown(content[start:first], words),
        shown(content[first:last]),
        shown(content[last:end], words),
    )
