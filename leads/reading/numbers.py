"""Small numbers as people write them."""

WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
SMALL = rf"(?:\d{{1,2}}|{'|'.join(WORDS)})"


def small_number(said: str) -> int:
    """`3` and `three` alike."""
    return WORDS[said] if said in WORDS else int(said)
