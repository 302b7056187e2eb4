"""Code as HTML: escaped, with a colour for strings, members, words and comments."""

import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_WORDS = (
    "await|const|continue|def|for|from|function|if|import|in|let|new|not|of|return|throw|while|"
    "yield|true|false|null|None|True|False"
)
# Near enough for the few languages here: JSON, Python, JavaScript and a shell's command.
_TOKEN = re.compile(
    rf"""
      (?P<comment>(?:^|(?<=\s))(?:\#|//)[^\n]*)
    | (?P<member>"[^"\n]*"(?=:))
    | (?P<string>\"\"\"[\s\S]*?\"\"\"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`)
    | (?P<word>\b(?:{_WORDS})\b)
    | (?P<number>\b[0-9][0-9_.]*\b)
    """,
    re.VERBOSE | re.MULTILINE,
)


def coloured(code: str) -> SafeString:
    """The code escaped, each token of a kind in a span of it."""
    parts, end = [], 0
    for token in _TOKEN.finditer(code):
        parts += [
            escape(code[end : token.start()]),
            f'<span class="code__{token.lastgroup}">{escape(token[0])}</span>',
        ]
        end = token.end()
    return mark_safe("".join([*parts, escape(code[end:])]))  # noqa: S308  # all of it is escaped


def with_code(text: str) -> SafeString:
    """A sentence with what stands between backticks as code."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
    return mark_safe(marked)  # noqa: S308  # escaped before
