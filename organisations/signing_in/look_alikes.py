"""Digits and signs that stand for letters: `P@ssw0rd` is read as `password`."""

_ALIKE = {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"}
_ALIKE |= {"@": "a", "$": "s", "+": "t", "€": "e", "£": "l", "(": "c"}
# These stand for either of two.
_AS_I = str.maketrans(_ALIKE | dict.fromkeys("1!|", "i"))
_AS_L = str.maketrans(_ALIKE | dict.fromkeys("1!|", "l"))


def readings(text: str) -> set[str]:
    """A text in small letters as it stands, and as the words that it may be meant for."""
    return {text, text.translate(_AS_I), text.translate(_AS_L)}
