"""A message's words as they are shown: escaped, with the words that were asked for marked.

Characters that turn the direction of what follows whatever its letters are (U+202D, U+202E) are
shown by name and take no effect: they are only of use to make a text read as another. All other
formatting of bidirectional text is left to work within the message.
"""

import re
from collections.abc import Sequence

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from foundation.links import linked
from foundation.words import may_have, places

MOST_OF_A_HIT = 160  # characters
_BEFORE_THE_MARK = 50
_OVERRIDE = re.compile("[\u202d\u202e]")
_NAMES = {"\u202d": "left-to-right override", "\u202e": "right-to-left override"}


def shown(content: str, words: Sequence[str] = ()) -> SafeString:
    """The whole message, with its addresses as links."""
    if not may_have(content, words):
        words = ()
    return linked(content, lambda part: _marked(part, words))


def hit(content: str, words: Sequence[str]) -> SafeString:
    """A line of the message, about the first of the words in it."""
    start, _ = next(places(content, words), (0, 0))
    beginning = max(0, start - _BEFORE_THE_MARK)
    if beginning > 0:  # at a word's beginning
        beginning = max(beginning, content.find(" ", beginning, start) + 1)
    line = content[beginning : beginning + MOST_OF_A_HIT]
    before = "…" if beginning > 0 else ""
    after = "…" if beginning + MOST_OF_A_HIT < len(content) else ""
    return format_html("{}{}{}", before, _marked(line, words), after)


def _marked(text: str, words: Sequence[str]) -> SafeString:
    parts, end = [], 0
    for start, stop in places(text, words):
        parts += [
            _visible(text[end:start]),
            format_html("<mark>{}</mark>", _visible(text[start:stop])),
        ]
        end = stop
    return mark_safe("".join([*parts, _visible(text[end:])]))  # noqa: S308 - each part is escaped


def _visible(text: str) -> SafeString:
    return mark_safe(_OVERRIDE.sub(_named, escape(text)))  # noqa: S308 - escaped, and our own words


def _named(override: re.Match[str]) -> str:
    return f'<span class="control">{_NAMES[override[0]]}</span>'
