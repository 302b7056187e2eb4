"""A letter as it is read, whichever way it came, and the texts that are made of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr

import lxml.etree
import quotequail
from html_text import extract_text, parse_html

from conversations.intake.plain import storable

LONGEST_LETTER = 300_000  # characters that are looked at: mail programs show less of one
LONGEST_HEADER = 1_000  # characters of one that are read: what reads them slows with its square
_MOST_LINES = 500  # in which a quotation is looked for; a reply of more is kept whole
_HTML_FAULTS = (lxml.etree.LxmlError, AssertionError, ValueError)
_SENT_FROM = ("sent from my ", "sent from outlook", "get outlook for ")


class Unreadable(Exception):
    """No letter of the kind that it was said to be, or one that was made to be none."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a header names: `Amara Osei <amara@example.com>`."""

    name: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter. Header names are in lower case; of one that comes twice the first counts."""

    headers: Mapping[str, str]
    sender: Person
    reply_to: Person | None = None
    message_id: str | None = None
    subject: str = ""
    text: str = ""
    attachments: Sequence[str] = field(default_factory=tuple)  # their names

    @property
    def thread(self) -> list[str]:
        """The ids of the letters before it, the first one first."""
        said = f"{self.headers.get('references', '')} {self.headers.get('in-reply-to', '')}"
        return list(dict.fromkeys(bare_id(word) for word in said[:10_000].split() if "@" in word))


def person_of(header: str) -> Person:
    """Whom an address header names first; whoever names nobody is nobody."""
    name, address = parseaddr(header[:LONGEST_HEADER])
    return Person(name.strip() or None, address.strip() if "@" in address else None)


def bare_id(text: str) -> str:
    """`<a@b>` as `a@b`."""
    return text.strip().strip("<>").strip()


def text_of_html(html: str) -> str:
    """The words of a page as it is seen, without what it hides; "" where nothing is read.

    Markup that is nested deeper than a few hundred levels is not read: lxml sees to that.
    """
    try:
        tree = parse_html(storable(html, LONGEST_LETTER))
        for element in list(tree.iter()):
            if _is_hidden(element) and element.getparent() is not None:
                element.drop_tree()
        return str(extract_text(tree))
    except _HTML_FAULTS:
        return ""


def parted(text: str) -> tuple[str, str]:
    """What was written now, and what was cut off it: quoted history, and the signature.

    Where nothing but a quotation is left the whole counts as written.
    """
    lines = text.split("\n", _MOST_LINES)
    unwrapped = quotequail.unwrap("\n".join(lines[:_MOST_LINES]))
    top = (unwrapped or {}).get("text_top", "")
    if top and top in text:
        below = (unwrapped or {}).get("text_bottom", "")
        written, cut = top, text[text.index(top) + len(top) :]
        if below and cut.rstrip().endswith(below):  # an answer beneath what it quotes
            written, cut = f"{top}\n\n{below}", cut.rstrip().removesuffix(below)
    else:
        written, cut = text, ""
    kept, signature = _without_signature(written)
    if not kept:
        return text, ""
    return kept, "\n\n".join(part.strip() for part in (signature, cut) if part.strip())


def _without_signature(text: str) -> tuple[str, str]:
    """RFC 3676's delimiter, or the line that a phone adds, and all that follows."""
    lines = text.split("\n")
    for place, line in enumerate(lines):
        if line.rstrip() == "--" or line.strip().lower().startswith(_SENT_FROM):
            return "\n".join(lines[:place]).strip(), "\n".join(lines[place:]).strip()
    return text.strip(), ""


def _is_hidden(element: lxml.etree._Element) -> bool:
    style = "".join(element.get("style", "").lower().split()) if element.get("style") else ""
    return "display:none" in style or "mso-hide:all" in style


def attachment_lines(letter: Letter) -> Iterator[str]:
    """A line for each attachment: its name. What it holds is not kept."""
    yield from (f"[Attachment: {name}]" for name in letter.attachments)
