"""Words that people wrote, shown as they stand, with the addresses in them made links."""

import re
from collections.abc import Callable, Iterator

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

# Only what a browser fetches: no `javascript:`, no bare words that look like a domain.
_ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^\u200e\u200f\u202a-\u202e\u2066-\u2069]+", re.I)
# `https://bank.co.uk@evil.example` reads as the first and leads to the second: it is no link.
_NAMES_SOMEBODY = re.compile(r"[^/]*//[^/?#]*@")
_AFTER_AN_ADDRESS = ".,:;!?)]}…"


def linked(content: str, show: Callable[[str], SafeString] = escape) -> SafeString:
    """The words as `show` renders them, escaped, with http(s) addresses as links."""
    return format_html_join("", "{}", ((part,) for part in _parts(content, show)))


def _parts(content: str, show: Callable[[str], SafeString]) -> Iterator[SafeString]:
    end = 0
    for found in _ADDRESS.finditer(content):
        if _NAMES_SOMEBODY.match(found[0]):
            continue
        url = found[0].rstrip(_AFTER_AN_ADDRESS)
        yield show(content[end : found.start()])
        yield format_html('<a href="{}" rel="noopener nofollow">{}</a>', url, show(url))
        end = found.start() + len(url)
    yield show(content[end:])
