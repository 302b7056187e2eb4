"""What a stranger's machine sent, as text that can be stored."""

from foundation.plain_text import few_marks


def storable(text: str, most: int) -> str:
    """The text's first `most` characters: without NUL, and with a question mark for each half of a
    character, neither of which PostgreSQL's text can hold; without space around it."""
    whole = text[: 2 * most].replace("\0", "").encode("utf-8", "replace").decode()
    return few_marks(whole.strip())[:most].strip()
