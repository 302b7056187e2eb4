"""Words as they were stored when one folding came to serve storing and asking. Frozen.

Two migrations make anew with it what leads and conversations are found by. It says what
foundation/words.py said on that day, and nothing here is changed.
"""

import re
import unicodedata

from django.db import connection

LONGEST = 80  # characters of a word

# --- Letters --------------------------------------------------------------------------------------
_APOSTROPHES = "'`´‘’‛′‵ʹʻʼʽʾʿˈˊˋ՚׳ꞌ＇｀"
_SPELLED = {
    "ı": "i", "ȷ": "j", "ŋ": "n", "ĸ": "q", "ə": "e", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
    "ɛ": "e", "ǝ": "e", "ɔ": "o", "ɵ": "o", "ɣ": "g", "ɩ": "i", "ʉ": "u", "ʊ": "u", "ʋ": "v",
}  # fmt: skip
_WITHOUT_WIDTH = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)


def fold(text):
    return text.translate(_LETTERS)


class _Letters(dict):
    def __missing__(self, code):
        character = chr(code)
        if character in _APOSTROPHES:
            folded = "'"
        else:
            apart = unicodedata.normalize("NFKD", seen(character).casefold())
            folded = "".join(map(_bare, apart))
        self[code] = folded
        return folded


_LETTERS = _Letters()


def seen(text):
    if text.isascii() and text.isprintable():
        return text
    plain = _WITHOUT_WIDTH.sub("", unicodedata.normalize("NFKC", text))
    return "".join(map(_plain, plain))


def _plain(character):
    if character.isspace():
        return " "
    match unicodedata.category(character):
        case "Cf" | "Cc":
            return ""
        case "Pd":
            return "-"
    return "-" if character == "\N{MINUS SIGN}" else character


def _bare(character):
    if unicodedata.category(character).startswith("M"):
        return ""
    if character.isdecimal():
        return str(int(character))
    if character in _APOSTROPHES:
        return "'"
    return _SPELLED.get(letter := _unstruck(character), letter)


def _unstruck(letter):
    name, _, with_something = unicodedata.name(letter, "").partition(" WITH ")
    if not with_something or not name.startswith("LATIN SMALL LETTER "):
        return letter
    try:
        return unicodedata.lookup(name)
    except KeyError:
        return letter


# --- Words ----------------------------------------------------------------------------------------
_WORD = re.compile(r"\w+")
_SEVERAL = re.compile(
    r"""
    (?P<number>
        (?<![\w+])
        (?: (?:\+|00) [ ().\-/]{0,3} 44 [ ().\-/]{0,3} (?:\(0\)|0)? (?:[ ().\-/]{0,3}[0-9]){9,10}
          | (?:\+|00) [ ().\-/]{0,3} [1-9] (?:[ ().\-/]{0,3}[0-9]){7,14}
          | \(? 0 (?:[ ().\-/]{0,3}[0-9]){9,10}
        )
        (?!\w)
    )
    | (?<!\w) (?P<outward>[a-z]{1,2}[0-9][a-z0-9]?) [ \-]{0,2} (?P<inward>[0-9][a-z]{2}) (?!\w)
    """,
    re.VERBOSE,
)


def stored(text):
    folded = fold(text)
    words = _WORD.findall(folded)
    if "'" in folded:
        words += _WORD.findall(folded.replace("'", ""))
    for found in _SEVERAL.finditer(folded):
        if found["number"]:
            words.append(f"+{national(found['number'])}")
        else:
            words += [found["outward"] + found["inward"], found["outward"], found["inward"]]
    return words


def national(number):
    digits = re.sub(r"\(0\)|[^0-9]", "", number)
    if number.lstrip(" (").startswith(("+", "00")):
        digits = digits.removeprefix("00")
        if not digits.startswith("44"):
            return digits
        digits = digits.removeprefix("44")
    return digits.removeprefix("0")


# --- Vectors --------------------------------------------------------------------------------------
def quoted(lexeme):
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def write(table, documents):
    """Set what rows are found by, of the pairs (id, text of a vector), where it is another."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE {table} AS row SET search = made.search::tsvector
              FROM unnest(%s::uuid[], %s::text[]) AS made (id, search)
             WHERE row.id = made.id AND row.search <> made.search::tsvector
            """,  # noqa: S608 -- a table of ours
            [[id_ for id_, _ in documents], [document for _, document in documents]],
        )
