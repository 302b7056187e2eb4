"""Random characters, drawn from a seed: who has the seed can draw the very same again."""

import secrets
from hashlib import shake_256

SEED_LONG = 32  # bytes
# More bits than the characters need: what is left over in the division then favours none of them
# by more than one part in 2 to the 128th power.
_SPARE = 16  # bytes


def new_seed() -> bytes:
    return secrets.token_bytes(SEED_LONG)


def drawn(seed: bytes, what: str, alphabet: str, length: int) -> str:
    """So many characters of the alphabet; another text for each `what` of the same seed."""
    bits = shake_256(seed + what.encode()).digest(length + _SPARE)
    number = int.from_bytes(bits, "big")
    characters = []
    for _ in range(length):
        number, place = divmod(number, len(alphabet))
        characters.append(alphabet[place])
    return "".join(characters)


def grouped(text: str, between: str = "-") -> str:
    """The text in groups of four, as people read and type it."""
    return between.join(text[n : n + 4] for n in range(0, len(text), 4))
