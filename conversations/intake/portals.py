"""Letters that a property portal sends of somebody's enquiry.

They count for the person whom they tell of, in their Reply-To and in lines such as `Name: Amara
Osei`, and never for the portal.
"""

from dataclasses import dataclass

from conversations.intake.letters import Letter

_PORTALS = ("rightmove.co.uk", "rightmove.com", "zoopla.co.uk", "zoopla.com", "onthemarket.com")
_LABELS = {
    "name": ("name", "full name", "from", "contact name", "applicant", "enquirer"),
    "email": ("email", "e-mail", "email address", "e-mail address"),
    "phone": ("phone", "telephone", "tel", "mobile", "phone number", "telephone number",
              "contact number", "mobile number", "daytime phone"),
    "property_ref": ("property reference", "reference", "ref", "your ref", "agent ref",
                     "agent reference", "property ref", "your reference"),
}  # fmt: skip
_MESSAGE = ("message", "comments", "comment", "enquiry", "their message", "additional comments")
_FIELD_OF = {label: field for field, labels in _LABELS.items() for label in labels}
_LONGEST_LABEL = 40
_MOST_LINES = 500


@dataclass(slots=True)
class Enquirer:
    """Who asks, as a portal's letter says it, and what."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    property_ref: str | None = None
    message: str | None = None


def is_portal(address: str | None) -> bool:
    """Whether the address is a portal's own, a host below its name included."""
    host = (address or "").rpartition("@")[2].lower().rstrip(".")
    return any(host == portal or host.endswith(f".{portal}") for portal in _PORTALS)


def enquirer_of(letter: Letter) -> Enquirer:
    """The person of a portal's letter; what it does not say stays unknown."""
    found = _said_in(letter.text)
    to = letter.reply_to
    if to is not None and to.address is not None and not is_portal(to.address):
        found.email = to.address
        found.name = found.name or to.name
    if is_portal(found.email):
        found.email = None
    return found


def _said_in(text: str) -> Enquirer:
    found = Enquirer()
    lines = [line.strip() for line in text.split("\n", _MOST_LINES)[:_MOST_LINES]]
    for place, line in enumerate(lines):
        before, colon, after = line.partition(":")
        label = before.strip(" *").casefold() if len(before) <= _LONGEST_LABEL else ""
        if not colon:
            continue
        value = after.strip(" *") or _next_of(lines, place)
        if label in _FIELD_OF and value and getattr(found, _FIELD_OF[label]) is None:
            setattr(found, _FIELD_OF[label], value)
        elif label in _MESSAGE and found.message is None:
            found.message = _block(after.strip(" *"), lines, place) or None
    return found


def _next_of(lines: list[str], place: int) -> str:
    """The value on the line below its label, as tables come out."""
    following = lines[place + 1] if place + 1 < len(lines) else ""
    return "" if ":" in following else following


def _block(first: str, lines: list[str], place: int) -> str:
    """The words of a message, up to the next empty line or label."""
    said = [first] if first else []
    for line in lines[place + 1 :]:
        if (not line and said) or line.partition(":")[0].casefold() in _FIELD_OF:
            break
        if line:
            said.append(line)
    return "\n".join(said)
