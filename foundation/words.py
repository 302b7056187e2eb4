"""Words as they are stored, asked for and marked: one folding for all three.

A search finds what people type and paste, whatever their keyboard: without regard to case, accents
and apostrophes, a postcode with and without its space, a telephone number in every spelling. What
has no width is not seen, so nobody types it. tests/foundation/test_words.py has the table of cases.

Each character is folded by itself, and marks fall away before anything could put them in order, so
that no text, however many marks are heaped on its letters, takes longer than its length.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from foundation.plain_text import seen

LONGEST = 80  # characters of a word: longer ones are cut, when stored and when asked alike

APOSTROPHES = "'`´‘’‛′‵ʹʻʼʽʾʿˈˊˋ՚׳ꞌ＇｀"
# Latin letters that Unicode calls no other letter with something, in A to Z as passports spell them
# (ICAO 9303); those that passports do not know, as the letters that they are made from.
_SPELLED = {
    "ı": "i", "ȷ": "j", "ŋ": "n", "ĸ": "q", "ə": "e", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
    "ɛ": "e", "ǝ": "e", "ɔ": "o", "ɵ": "o", "ɣ": "g", "ɩ": "i", "ʉ": "u", "ʊ": "u", "ʋ": "v",
}  # fmt: skip
_MOST_KEPT = 20_000  # characters whose folding is remembered


def fold(text: str) -> str:
    """The text as words are compared: `Émile Łukasz O’Malley` is `emile lukasz o'malley`."""
    if text.isascii():
        return text.encode("ascii").translate(_BYTES, _UNSEEN_BYTES).decode("ascii")
    return text.translate(_LETTERS)


class _Letters(dict[int, str]):
    """For `str.translate`: a character's folding, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        letters = self.folded(chr(code))
        if len(self) < _MOST_KEPT:
            self[code] = letters
        return letters

    def folded(self, character: str) -> str:
        if character in APOSTROPHES:
            return "'"
        apart = unicodedata.normalize("NFKD", seen(character).casefold())
        return "".join(map(_bare, apart))


class _Apart(_Letters):
    """The same, and a space for what is no part of a word."""

    def folded(self, character: str) -> str:
        return re.sub(r"\W", " ", super().folded(character))


def _bare(character: str) -> str:
    """The character without marks: empty for a mark, an ASCII digit for a digit of any script."""
    if unicodedata.category(character).startswith("M"):
        return ""
    if character.isdecimal():
        return str(int(character))
    if character in APOSTROPHES:
        return "'"
    return _SPELLED.get(letter := _unstruck(character), letter)


def _unstruck(letter: str) -> str:
    """The Latin letter that Unicode says it is with something: `ħ` is an H WITH STROKE."""
    name, _, with_something = unicodedata.name(letter, "").partition(" WITH ")
    if not with_something or not name.startswith("LATIN SMALL LETTER "):
        return letter
    try:
        return unicodedata.lookup(name)
    except KeyError:  # a turned or reversed one that does not stand alone
        return letter


_LETTERS, _APART = _Letters(), _Apart()
# The same for `bytes.translate`, several times quicker: most messages are ASCII, and an import
# spends a tenth of its time here.
_UNSEEN_BYTES = bytes(code for code in range(128) if not _LETTERS[code])
_BYTES = bytes(ord(_LETTERS[code] or " ") for code in range(128)).ljust(256)
_BYTES_APART = bytes(ord(_APART[code] or " ") for code in range(128)).ljust(256)

# --- Numbers and postcodes: several words that are one --------------------------------------------
HOME_CODE = "44"  # of the country in which a number that begins with 0 is dialled

_GAP = r"[ ().\-/]{0,3}"
_NUMBER = rf"""
    (?<![\w+])
    (?: (?:\+|00) {_GAP} {HOME_CODE} {_GAP} (?:\(0\)|0)? (?:{_GAP}[0-9]){{9,10}}
      | (?:\+|00) {_GAP} [1-9] (?:{_GAP}[0-9]){{7,14}}
      | \(? 0 (?:{_GAP}[0-9]){{9,10}}
    )
    (?!\w)
"""
_POSTCODE = r"""
    (?<!\w) (?P<outward>[a-z]{1,2}[0-9][a-z0-9]?) [ \-]{0,2} (?P<inward>[0-9][a-z]{2}) (?!\w)
"""
_JOINED = rf"(?P<number>{_NUMBER}) | (?P<postcode>{_POSTCODE})"
_SEVERAL = re.compile(_JOINED, re.VERBOSE)
_ASKED = re.compile(rf"{_JOINED} | \w+", re.VERBOSE)
_SHOWN = re.compile(rf"{_JOINED} | [\w']+", re.VERBOSE)

_DIGIT = re.compile(r"\d")
# What is quicker to look for: all but the rarest text has neither.
_END_OF_SEVERAL = re.compile(rf"[0-9](?:[a-z]{{2}}\b|(?:{_GAP}[0-9]){{7}})")
_WORD = re.compile(r"\w+")
_APOSTROPHE = re.compile(f"[{APOSTROPHES}]")
_LINK_TO_MAIL = re.compile(r"\bmailto:")


def national(number: str) -> str:
    """The digits by which a number is the same in every spelling, perhaps empty.

    `+44 7700 900123`, `0044 (0)7700 900123` and `07700-900123` are 7700900123; a number of another
    country keeps its code.
    """
    digits = re.sub(r"\(0\)|[^0-9]", "", number)
    if number.lstrip(" (").startswith(("+", "00")):
        digits = digits.removeprefix("00")
        if not digits.startswith(HOME_CODE):
            return digits
        digits = digits.removeprefix(HOME_CODE)
    return digits.removeprefix("0")


# --- Storing, asking, marking ---------------------------------------------------------------------
def stored(text: str) -> list[str]:
    """Every word by which the text is found; a word may come twice.

    O'Brien is one word and two. A postcode is itself and its two halves. A whole telephone number
    is its words, and `+` with its digits.
    """
    words = _apart(text)
    if _APOSTROPHE.search(text):
        words += _apart(_APOSTROPHE.sub("", text))
    if _DIGIT.search(text) and _END_OF_SEVERAL.search(folded := fold(text)):
        for several in _SEVERAL.finditer(folded):
            words += _forms(several)
    return words


def asked(text: str) -> list[str]:
    """The different words of a search, as beginnings of those that are stored; all must match."""
    folded = _LINK_TO_MAIL.sub("", fold(text).replace("'", ""))
    words = (_forms(found)[0] for found in _ASKED.finditer(folded))
    return list(dict.fromkeys(word[:LONGEST] for word in words))


def may_have(text: str, words: Iterable[str]) -> bool:
    """Whether any of the asked `words` could be found in the text: quick, never wrongly no."""
    # A number is looked for by its last digits: those before are spelled in several ways.
    looked_for = [word[-7:] if word.startswith("+") else word for word in words]
    joined = "".join(_apart(_APOSTROPHE.sub("", text))) if looked_for else ""
    return any(word in joined for word in looked_for)


def places(text: str, words: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where in the text, from and to, the asked `words` are found, in order."""
    beginnings = tuple(words)
    if not beginnings:
        return
    folded, origins = _with_origins(text)
    end = 0
    for first, last in _folded_places(folded, beginnings):
        start = origins[first]
        if start >= end:  # one character may fold to several words
            # With the marks that stand on its last letter.
            end = max(origins[last], origins[last - 1] + 1)
            yield start, end


def _apart(text: str) -> list[str]:
    if text.isascii():
        return text.encode("ascii").translate(_BYTES_APART, _UNSEEN_BYTES).decode("ascii").split()
    return text.translate(_APART).split()


def _forms(found: re.Match[str]) -> list[str]:
    """The words that stand for what was found, the one first that stands for all of it."""
    match found.lastgroup:
        case "number":
            return [f"+{national(found[0])}"]
        case "postcode":
            return [found["outward"] + found["inward"], found["outward"], found["inward"]]
    return [found[0].replace("'", "")]


def _folded_places(folded: str, beginnings: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    for found in _SHOWN.finditer(folded):
        is_several = found.lastgroup is not None
        if not is_several and "'" not in found[0]:
            if found[0].startswith(beginnings):
                yield found.span()
            continue
        first, last = found.span()
        words = _WORD.finditer(folded, first, last)
        parts = [word.span() for word in words if word[0].startswith(beginnings)]
        # Of `LS6 2AB` the half that was asked for, of `O'Brien` the whole name.
        if (is_several and parts) or not _begin_so(_forms(found), beginnings):
            yield from parts
        else:
            around = len(found[0]) - len(found[0].lstrip("'"))
            yield first + around, first + len(found[0].rstrip("'"))


def _begin_so(words: Iterable[str], beginnings: tuple[str, ...]) -> bool:
    return any(word.startswith(beginnings) for word in words)


def _with_origins(text: str) -> tuple[str, Sequence[int]]:
    """The text folded, and for each of its characters and its end the place in the text."""
    if text.isascii() and len(folded := fold(text)) == len(text):
        return folded, range(len(text) + 1)
    letters = [_LETTERS[ord(character)] for character in text]
    origins = [place for place, folding in enumerate(letters) for _ in folding]
    return "".join(letters), [*origins, len(text)]
