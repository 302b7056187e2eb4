"""The clock set back an hour, set forward, and set right again, while everything runs.

It is Sift's and PostgreSQL's that is set (settable_clock.c): the machine's own is everybody's.
"""

import contextlib
import mmap
import os
import re
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import httpx
import psycopg

from tests.faults.fault import LONGEST_BACK, Fault
from tests.faults.installation import Installation, installation
from tests.mail_server import mail_server

_SOURCE = Path(__file__).with_name("settable_clock.c")
_HOUR = 3600
# In this order. From an hour ahead it goes back to what is right: the way of a machine that begins
# with a wrong clock and then hears of the right one.
_STEPS = (-_HOUR, 0, _HOUR, 0)
_UNORDERED: LiteralString = """
    SELECT count(*) FROM (
        SELECT created_at < lag(created_at) OVER (ORDER BY position) AS is_late FROM (
            SELECT change.position, talk.created_at
              FROM organisations_change AS change
              JOIN conversations_conversation AS talk ON talk.id = change.conversation_id
             WHERE change.type = 'conversation.created'
        ) AS talks
    ) AS found WHERE is_late
"""
_LATE_DUTIES: LiteralString = """
    SELECT name FROM sift_site_duty
     WHERE due_at > clock_timestamp() + interval '30 minutes'
       AND name IN ('rescoring', 'follow_up_letters', 'old_forms', 'erased_answers')
"""
_LEASED: LiteralString = """
    SELECT name FROM sift_site_duty
     WHERE leased_until > clock_timestamp() + interval '30 minutes'
"""


def _lacks_compiler() -> str | None:
    return None if shutil.which("cc") else "there is no C compiler (cc)"


@contextlib.contextmanager
def _by_a_clock_that_can_be_set() -> Iterator[Installation]:
    with (
        tempfile.TemporaryDirectory() as folder,
        mail_server() as post,
        _settable_clock(Path(folder)) as clock,
        installation(env=post.environment) as there,
    ):
        there.beside |= {"clock": clock, "post": post}
        yield there


class Clock:
    """One that goes `ahead` of the right time by so many seconds."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(bytes(8))
        path.chmod(0o644)
        with path.open("r+b") as file:
            self._mapped = mmap.mmap(file.fileno(), 8)

    def set(self, seconds: int) -> None:
        self._mapped[:] = struct.pack("=q", seconds)


@contextlib.contextmanager
def _settable_clock(folder: Path) -> Iterator[Clock]:
    """Whatever is begun within goes by that clock."""
    folder.chmod(0o755)
    library, file = folder / "settable_clock.so", folder / "clock"
    words = ["cc", "-shared", "-fPIC", "-O2", "-Wall", "-o", library, _SOURCE]
    subprocess.run(words, check=True)
    clock = Clock(file)
    told = {"LD_PRELOAD": str(library), "SETTABLE_CLOCK": str(file)}
    os.environ.update(told)
    try:
        yield clock
    finally:
        for name in told:
            del os.environ[name]


def _step(there: Installation) -> None:
    for seconds in _STEPS:
        there.worker.kill()  # what it had claimed is left behind, dated by the clock as it was
        there.beside["clock"].set(seconds)
        began = time.monotonic()
        where = f"{seconds / _HOUR:+.0f} h"
        _require_letter(there, where)
        _require_told(there, began, where)
        _require_order_and_duties(there, where)


def _require_letter(there: Installation, where: str) -> None:
    """Somebody signs in, and asks for a new password: it goes by the worker."""
    there.browser(longest=60).close()
    before = len(there.beside["post"].accepted)
    _ask_for_password(there)
    ends = time.monotonic() + LONGEST_BACK
    while len(there.beside["post"].accepted) == before:
        assert time.monotonic() < ends, f"{where}: no letter within {LONGEST_BACK:.0f} s"
        time.sleep(0.1)


def _ask_for_password(there: Installation) -> None:
    with httpx.Client(base_url=there.address, timeout=60) as browser:
        page = browser.get("/password-reset/").text
        (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        form = {"email": there.email, "csrfmiddlewaretoken": token}
        assert browser.post("/password-reset/", data=form).is_redirect


def _require_told(there: Installation, began: float, where: str) -> None:
    """By the worker that came after the killed one."""
    ends = time.monotonic() + LONGEST_BACK + 15
    while not any(at > began + 3 for at in there.told_at):
        assert time.monotonic() < ends, f"{where}: no event is told"
        time.sleep(0.1)


def _require_order_and_duties(there: Installation, where: str) -> None:
    with psycopg.connect(there.url) as connection:
        ((unordered,),) = connection.execute(_UNORDERED).fetchall()
        late = [name for (name,) in connection.execute(_LATE_DUTIES)]
        leased = [name for (name,) in connection.execute(_LEASED)]
    assert not unordered, f"{where}: {unordered} conversations are dated before an earlier one"
    assert not late, f"{where}: duties wait for the clock: {', '.join(late)}"
    assert not leased, f"{where}: leases wait for the clock: {', '.join(leased)}"


FAULTS = (
    Fault(
        name="the clock set back and forth",
        inflict=_step,
        install=_by_a_clock_that_can_be_set,
        lacks=_lacks_compiler,
    ),
)
