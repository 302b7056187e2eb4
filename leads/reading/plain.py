"""Words made plain, place for place, so that what is found in them lies there in the message."""

import re

_ALIKE = str.maketrans("’‘ʼ´`“”–—‑−\u00a0\u2009\u202f\t", "'''''\"\"----    ")
_MOST_OF_A_QUESTION = 400  # characters of the assistant's words, from their end
_END_OF_SENTENCE = re.compile(r"[.!?\n](?=\s|$)")


def plainly(text: str) -> str:
    """Small letters, one kind of quotes, dashes and spaces; as long as the text."""
    alike = text.translate(_ALIKE)
    small = alike.lower()
    if len(small) == len(alike):
        return small
    return "".join(one if len(one := letter.lower()) == 1 else letter for letter in alike)


def last_question(plain: str) -> str:
    """The last sentence with a question mark; all that is looked at where there is none."""
    seen = plain[-_MOST_OF_A_QUESTION:]
    end = seen.rfind("?")
    if end < 0:
        return seen
    start = max((found.end() for found in _END_OF_SENTENCE.finditer(seen, 0, end)), default=0)
    return seen[start : end + 1]
