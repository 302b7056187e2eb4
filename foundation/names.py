"""What a person, an agency or a key may be called: one line, in the letters of any script."""

import unicodedata

# By which letters of Persian, Hindi, Sinhala and others are written joined or apart.
_JOINERS = "\u200c\u200d"
# They say which way a text runs, and come along when an Arabic name is copied. Nobody sees them.
_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c"))


def as_name(text: str) -> str:
    """The text without marks of direction, and with plain spaces for those of every kind."""
    spaced = (" " if unicodedata.category(c) == "Zs" else c for c in text.translate(_MARKS))
    return "".join(spaced).strip()


def is_name(text: str) -> bool:
    """Whether it is characters that are seen, and joiners where a letter before calls for one.

    Nothing breaks the line or turns a text around: names end up in letters and headings.
    """
    return all(
        character.isprintable() or (character in _JOINERS and _is_joined(before))
        for before, character in zip(f" {text}", text, strict=False)
    )


def _is_joined(before: str) -> bool:
    """A letter, or a mark on one, of a script that is no Latin without accents."""
    return not before.isascii() and unicodedata.category(before)[0] in "LM"
