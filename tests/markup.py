"""A page's markup as tests read it, however its template lays it out over lines."""

import re

_TAG = re.compile(r"</?[a-z!][^<>]*>")
_LINE_AFTER_OPENING = re.compile(r"(<[a-z][^<>]*>)\n\s*")
_LINE_BEFORE_CLOSING = re.compile(r"\n\s*(?=</)")


def without_layout(page: str) -> str:
    """Each tag on one line, with its words beside it; the words themselves are left as they are."""
    page = _TAG.sub(lambda tag: " ".join(tag[0].split()).replace(" >", ">"), page)
    return _LINE_BEFORE_CLOSING.sub("", _LINE_AFTER_OPENING.sub(r"\1", page))
