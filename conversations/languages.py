"""Languages in words, and which of a conversation's languages a message is in."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from django.conf.locale import LANG_INFO

# The scripts that languages are written in, as Unicode names their letters; all others: LATIN.
_SCRIPTS = {
    "ARABIC": ("ar", "fa", "ps", "sd", "ug", "ur", "ckb"),
    "HEBREW": ("he", "yi"),
    "CYRILLIC": ("be", "bg", "kk", "ky", "mk", "mn", "ru", "sr", "tg", "uk"),
    "GREEK": ("el",),
    "DEVANAGARI": ("hi", "mr", "ne"),
    "BENGALI": ("as", "bn"),
    "GURMUKHI": ("pa",),
    "GUJARATI": ("gu",),
    "TAMIL": ("ta",),
    "TELUGU": ("te",),
    "THAI": ("th",),
    "CJK": ("zh",),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "HANGUL": ("ko",),
    "ETHIOPIC": ("am", "ti"),
}
_SCRIPT_OF = {code: script for script, codes in _SCRIPTS.items() for code in codes}
_OTHER_NAMES = {
    "ti": "Tigrinya",
    "ps": "Pashto",
    "gu": "Gujarati",
    "so": "Somali",
    "yue": "Cantonese",
}
_LETTERS = re.compile(r"[^\W\d_]")
_LOOKED_AT = 200  # letters of a message


def name_of(code: str) -> str:
    """`Polish`, `Portuguese (pt-br)`; the code itself where no name of it is known."""
    code = code.lower()
    if code in LANG_INFO and "name" in LANG_INFO[code]:
        return str(LANG_INFO[code]["name"])
    base = code.partition("-")[0]
    name = _OTHER_NAMES.get(base) or LANG_INFO.get(base, {}).get("name")
    if name is None:
        return code
    return str(name) if base == code else f"{name} ({code})"


def language_of(content: str, languages: Sequence[str]) -> str | None:
    """Which of a conversation's languages the message is in; None where that is not sure.

    A conversation says only which languages were used. One of them is the language of every
    message; of several, the script of a message's letters tells those apart that differ in it, as
    Arabic and English do. Polish and English it does not.
    """
    if len(languages) == 1:
        return languages[0]
    script = _script_of(content)
    if script is None:
        return None
    fitting = [code for code in languages if script == _script_of_language(code)]
    return fitting[0] if len(fitting) == 1 else None


def _script_of_language(code: str) -> str:
    return _SCRIPT_OF.get(code.lower().partition("-")[0], "LATIN")


def _script_of(content: str) -> str | None:
    """The script of most of the first letters; None where there are no letters."""
    letters = _LETTERS.findall(content[: 4 * _LOOKED_AT])[:_LOOKED_AT]
    if not letters:
        return None
    scripts = Counter(unicodedata.name(letter, "").partition(" ")[0] for letter in letters)
    return scripts.most_common(1)[0][0]
