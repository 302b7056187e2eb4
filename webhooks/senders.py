"""Threads of one turn, in each of which one event at a time is under way.

They end with their turn, and a process that ends waits for none of them.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from webhooks.lines import Item
from webhooks.messages import Message
from webhooks.posting import Outcome, post


@dataclass(frozen=True, slots=True)
class Tried:
    """An event, and what came of it."""

    item: Item
    outcome: Outcome


class Senders:
    """As many threads as there are events under way, and at most `most`."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._threads = 0
        self._busy = 0
        self._sent: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._tried: queue.SimpleQueue[Tried] = queue.SimpleQueue()

    @property
    def busy(self) -> int:
        return self._busy

    @property
    def has_room(self) -> bool:
        return self._busy < self.most

    def send(self, item: Item, url: str, message: Message) -> None:
        """Begin to tell it; `tried` has it when it is done."""
        self._busy += 1
        if self._busy > self._threads:
            threading.Thread(target=self._run, name="webhook", daemon=True).start()
            self._threads += 1
        self._sent.put(
            lambda: self._tried.put(Tried(item, post(url, message.headers, message.body)))
        )

    def tried(self, *, within: float) -> list[Tried]:
        """What is done by now; the first of it is waited for, so many seconds at most."""
        found: list[Tried] = []
        try:
            found.append(self._tried.get(timeout=within))
            while True:
                found.append(self._tried.get_nowait())
        except queue.Empty:
            self._busy -= len(found)
            return found

    def end(self) -> None:
        """Let the threads go."""
        for _ in range(self._threads):
            self._sent.put(None)

    def _run(self) -> None:
        while (act := self._sent.get()) is not None:
            act()
