"""A conversation that is sent again, longer than it was: what of it is new.

A chat tool may send the whole transcript with each turn, so what stands has to be its beginning
(CONTRACT.md, section 2, Capture).
"""

from collections.abc import Sequence
from typing import Protocol


class Said(Protocol):
    """A message, as it arrives or as it stands."""

    @property
    def role(self) -> str: ...
    @property
    def content(self) -> str: ...
    @property
    def external_id(self) -> str | None: ...


class Contradiction(Exception):
    """What arrived is not what stands; `place` is that of the first message which differs."""

    def __init__(self, place: int) -> None:
        super().__init__(f"messages[{place}] is not what stands")
        self.place = place


def new_of_transcript(stands: Sequence[Said], sent: Sequence[Said]) -> list[int]:
    """The places of those sent that go on where what stands ends; none where that says more.

    A message whose external_id is known is left as it stands, whatever it says now. Raises
    Contradiction.
    """
    known = {message.external_id: place for place, message in enumerate(stands)}
    known.pop(None, None)
    new: list[int] = []
    next_ = 0  # of those that stand
    for place, message in enumerate(sent):
        if message.external_id in known:
            next_ = max(next_, known[message.external_id] + 1)
        elif next_ >= len(stands):
            new.append(place)
            if message.external_id is not None:
                known[message.external_id] = next_
        elif _is(message, stands[next_]):
            next_ += 1
        else:
            raise Contradiction(place)
    return new


def new_of_messages(stands: Sequence[Said], sent: Sequence[Said]) -> list[int]:
    """The places of those sent that have no external_id, or one that is not known yet."""
    known = {message.external_id for message in stands}
    new = []
    for place, message in enumerate(sent):
        if message.external_id is None or message.external_id not in known:
            new.append(place)
            known.add(message.external_id)
    return new


def _is(message: Said, standing: Said) -> bool:
    names = (message.external_id, standing.external_id)
    one_name = None in names or names[0] == names[1]
    return one_name and (message.role, message.content) == (standing.role, standing.content)
