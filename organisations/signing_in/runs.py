"""What is left of a password without what is typed by rote: 123456, qwerty, abcabc, aaaa."""

from itertools import pairwise

_ROWS = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    *("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    *("qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn"),  # German and French
    *(
        "1q2w3e4r5t6y7u8i9o0p",
        "q1w2e3r4t5y6u7i8o9p0",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
        "qazwsxedcrfvtgbyhnujmikolp",
    ),
    *("!@#$%^&*()", '!"£$%^&*()'),
)
_FORWARDS = {pair for row in _ROWS for pair in pairwise(row)}
_SHORTEST = 3  # characters that are a run


def without_runs(text: str) -> str:
    """A text in small letters, said once if it says a piece over and over, and of each run in it
    (one row of the keyboard or the alphabet, either way, or one character) only the first
    character."""
    text = said_once(text)
    left = []
    start = 0
    while start < len(text):
        end = _end_of_run(text, start)
        is_run = end - start >= _SHORTEST
        left.append(text[start])
        start = end if is_run else start + 1
    return "".join(left)


def said_once(text: str) -> str:
    """`abc` of `abcabcab`, and of `aabbcc`; any other text as it is."""
    if len(text) > 1 and text[::2] == text[1::2]:
        text = text[::2]
    for length in range(1, (len(text) + 1) // 2 + 1):
        if text[length:] == text[:-length]:
            return text[:length]
    return text


def _end_of_run(text: str, start: int) -> int:
    """Behind the last character that is reached from the start by one kind of step."""
    end = start + 1
    steps = {-1, 0, 1}
    while end < len(text) and (steps := steps & _steps(text[end - 1], text[end])):
        end += 1
    return end


def _steps(one: str, next_: str) -> set[int]:
    """How the next character is reached: 1 forwards, -1 backwards, 0 is the same again."""
    if one == next_:
        return {0}
    ways = {1: (one, next_), -1: (next_, one)}
    return {step for step, pair in ways.items() if pair in _FORWARDS}
