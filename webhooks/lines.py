"""What a turn has yet to tell, in order: the events of one lead one after the other, those of
different leads in any order.

All of it is in memory. A line is one lead's events. While one of them is under way nothing else of
its line begins, and once one has failed the rest of its line is left to wait behind it.
"""

from collections import deque
from dataclasses import dataclass
from uuid import UUID

from webhooks.models import Waiting
from webhooks.models.waiting import line_of
from webhooks.source import Told


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """An event to be told, and its row among those that wait, if it came from there."""

    told: Told
    line: UUID
    waiting: Waiting | None = None

    @property
    def tries(self) -> int:
        """How often it was tried before."""
        return self.waiting.tries if self.waiting else 0


def new_item(told: Told) -> Item:
    return Item(told, line_of(told.lead_id, told.id))


class Lines:
    """The events of a turn that were not tried yet, and those under way."""

    def __init__(self) -> None:
        self._lines: dict[UUID, deque[Item]] = {}
        self._ready: deque[UUID] = deque()  # lines of which an event may begin
        self._under_way: dict[UUID, Item] = {}
        self._number = 0

    def __len__(self) -> int:
        """Of all that is neither told nor failed."""
        return self._number

    def add(self, item: Item) -> None:
        """Have it told after what its line has already."""
        line = self._lines.get(item.line)
        if line is None:
            line = self._lines[item.line] = deque()
            if item.line not in self._under_way:
                self._ready.append(item.line)
        line.append(item)
        self._number += 1

    def begin(self) -> Item | None:
        """An event that may be told now; None where each is behind one that is under way."""
        if not self._ready:
            return None
        name = self._ready.popleft()
        item = self._lines[name].popleft()
        self._under_way[name] = item
        return item

    def succeeded(self, item: Item) -> None:
        """It is told: the next of its line may begin."""
        self._ended(item)
        if self._lines.get(item.line):
            self._ready.append(item.line)
        else:
            self._lines.pop(item.line, None)

    def failed(self, item: Item) -> list[Item]:
        """It is to wait: what was behind it in its line, which waits with it."""
        self._ended(item)
        behind = list(self._lines.pop(item.line, ()))
        self._number -= len(behind)
        return behind

    def first_untold(self) -> int | None:
        """The earliest position of an event that is neither told nor among those that wait."""
        items = [
            *self._under_way.values(),
            *(each for line in self._lines.values() for each in line),
        ]
        new = [item.told.position for item in items if item.waiting is None]
        return min((position for position in new if position is not None), default=None)

    def _ended(self, item: Item) -> None:
        del self._under_way[item.line]
        self._number -= 1
