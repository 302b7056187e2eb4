"""Clients that send and read all along, and what each of them was answered.

A capture is sent until it is acknowledged, as an integrator sends it; all others ask anew.
"""

import contextlib
import itertools
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import httpx

from tests.faults.installation import Installation, said

SENDERS = 3
_PAUSE = 0.04  # seconds between two requests of one client
_BETWEEN_MOVES = 0.3  # seconds between two changes of many leads, which webhooks are to be told
_LONGEST = 45.0  # seconds for an answer; who waits longer has been forgotten
_MOVED = re.compile(r"([\d,]+) leads? moved to")
_UNDO = re.compile(r"/leads/bulk/([0-9a-f-]+)/undo/")
_IN_WORDS = "Sift cannot reach its data"


class Answered(NamedTuple):
    """One answer, or none."""

    kind: str  # of client
    what: str  # the status, or what became of the connection
    is_good: bool
    began: float  # by time.monotonic(), as all moments here
    ended: float

    @property
    def seconds(self) -> float:
        return self.ended - self.began


class Moved(NamedTuple):
    """What a page said of a change of many leads."""

    bulk_id: str
    number: int


@dataclass
class Notes:
    """What came of it all."""

    answers: list[Answered] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)  # captures, by their external_id
    moved: list[Moved] = field(default_factory=list)

    def not_good(self) -> Counter[str]:
        return Counter(each.what for each in self.answers if not each.is_good)

    def good_again_after(self, moment: float) -> dict[str, float | None]:
        """Seconds until each kind of client was answered well for good; None if it never was."""
        kinds = {each.kind for each in self.answers}
        return {kind: self._good_again(kind, moment) for kind in sorted(kinds)}

    def _good_again(self, kind: str, moment: float) -> float | None:
        """0 for whoever was answered well before it and asked no more."""
        later = [each for each in self.answers if each.kind == kind and each.ended > moment]
        bad = [each.ended for each in later if not each.is_good]
        good = [each.ended for each in later if each.is_good and each.ended > max(bad, default=0)]
        if not later and [each for each in self.answers if each.kind == kind][-1].is_good:
            return 0.0
        return min(good) - moment if good else None


Ask = Callable[[], httpx.Response]
Good = Callable[[httpx.Response], bool]


class Load:
    """The clients of one run, whose captures are called by its `name`."""

    def __init__(self, there: Installation, name: str) -> None:
        self._there, self._name = there, name
        self._is_over = threading.Event()
        self.moves_many = threading.Event()
        self._ids = itertools.count(1)
        self.notes = Notes()

    @contextlib.contextmanager
    def running(self, *, moves_many: bool = False) -> Iterator[Notes]:
        """They ask within; at its end each has finished what it was at."""
        there = self._there
        readers: dict[str, tuple[httpx.Client, str]] = {
            "read": (there.api(longest=_LONGEST), "/leads?limit=20"),
            "feed": (there.api(longest=_LONGEST), "/events?limit=20&after=0"),
            "page": (there.browser(longest=_LONGEST), "/leads/"),
            "probe": (httpx.Client(base_url=there.probes, timeout=_LONGEST), "/healthz"),
        }
        acts = [self._send for _ in range(SENDERS)]
        acts += [
            lambda kind=kind, client=client, path=path: self._read(kind, client, path)
            for kind, (client, path) in readers.items()
        ]
        if moves_many:
            browser = there.browser(longest=_LONGEST)
            acts.append(lambda: self._move_many(browser))
            self.moves_many.set()  # cleared, they move no more once it went well
        threads = [threading.Thread(target=act) for act in acts]
        for thread in threads:
            thread.start()
        try:
            yield self.notes
        finally:
            self._is_over.set()
            for thread in threads:
                thread.join()

    # --- The clients ------------------------------------------------------------------------------
    def _send(self) -> None:
        with self._there.api(longest=_LONGEST) as client:
            while not self._is_over.wait(_PAUSE):
                name = f"{self._name}-{next(self._ids)}"
                while not self._ask("capture", lambda n=name: _captures(client, n), _is_made):
                    time.sleep(0.1)
                self.notes.acknowledged.append(name)

    def _read(self, kind: str, client: httpx.Client, path: str) -> None:
        with contextlib.closing(client):
            while not self._is_over.wait(_PAUSE):
                self._ask(kind, lambda: client.get(path), _is_there)

    def _move_many(self, browser: httpx.Client) -> None:
        """The leads of before to one status and on to another, by the list's page, and again."""
        with contextlib.closing(browser):
            form = {"act": "move", "scope": "matching", "back": "source=sms", "agreed": "on"}
            was_good = True
            for status in itertools.cycle(["contacted", "qualified"]):
                if self._is_over.wait(_BETWEEN_MOVES):
                    return
                if self.moves_many.is_set() or not was_good:
                    asked = form | {"to_status": status}
                    was_good = self._ask("many", lambda a=asked: _posts(browser, a), self._said)

    def _said(self, page: httpx.Response) -> bool:
        """Whether the page says so; it is noted what it says. After an answer that was cut they may
        stand so already."""
        if "Nothing changed." in page.text:
            return True
        number, undo = _MOVED.search(page.text), _UNDO.search(page.text)
        if number is None or undo is None:
            return False
        self.notes.moved.append(Moved(undo[1], int(number[1].replace(",", ""))))
        return True

    def _ask(self, kind: str, ask: Ask, is_good: Good) -> bool:
        """Ask once, and note what was answered; whether that was good."""
        began = time.monotonic()
        good = False
        try:
            answer = ask()
            good, what = is_good(answer), _status(answer)
        except httpx.ConnectError:
            what = "refused"
        except httpx.TimeoutException:
            what = "no answer"
        except httpx.TransportError:
            what = "cut"
        self.notes.answers.append(Answered(kind, what, good, began, time.monotonic()))
        return good


def _captures(client: httpx.Client, name: str) -> httpx.Response:
    return client.post("/conversations", json=said(name))


def _posts(browser: httpx.Client, form: dict[str, str]) -> httpx.Response:
    """The page after the change, or the refusal of it."""
    headers = {"X-CSRFToken": browser.cookies.get("sift_csrf", "")}
    return browser.post("/leads/bulk/", data=form, headers=headers, follow_redirects=True)


def _is_made(answer: httpx.Response) -> bool:
    return answer.status_code in {200, 201}


def _is_there(answer: httpx.Response) -> bool:
    return answer.status_code == 200


def _status(answer: httpx.Response) -> str:
    """The status, and what it lacks where it is a 503."""
    if answer.status_code != 503:
        return str(answer.status_code)
    if "Retry-After" not in answer.headers:
        return "503 without Retry-After"
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    return "503 without words" if is_page and _IN_WORDS not in answer.text else "503"
