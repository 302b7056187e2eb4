"""A fault as it is tried, and what came of trying it: one line of the table."""

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from tests.faults.holding import Found
from tests.faults.installation import Installation, installation
from tests.faults.load import Load, Notes

BEFORE = 1.0  # seconds of load before the fault
LONGEST_BACK = 10.0  # seconds, until all is good again after the fault's end
_STAYS_GOOD = 2.0  # seconds for which all must then stay good
_LONGEST_AFTER = 45.0  # seconds for which that is waited for

Install = Callable[[], contextlib.AbstractContextManager[Installation]]


def nothing_needed() -> str | None:
    return None


def nothing_wrong(_: Installation) -> Iterable[str]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`inflict` begins the fault and returns once it is over; an AssertionError from it is told
    as what does not hold."""

    name: str
    inflict: Callable[[Installation], None]
    install: Install = installation  # those of one `install` share what it makes
    holds: Callable[[Installation], Iterable[str]] = nothing_wrong  # afterwards: what does not
    lacks: Callable[[], str | None] = nothing_needed  # what it cannot be tried without, here
    moves_many: bool = False  # leads are moved by the thousand meanwhile
    stops_probes: bool = False  # the server's process itself dies


@dataclass
class Tried:
    """What came of it; `wrong` says in words what does not hold and should."""

    fault: Fault
    seconds: float  # for which it lasted
    acknowledged: int
    lost: int
    twice: int
    meanwhile: Counter[str]  # answers by what they were, until all was good again
    slowest: float
    back: float | None  # seconds after its end
    told: float | None  # seconds after its end until a receiver was told again
    wrong: list[str] = field(default_factory=list)


def tried(fault: Fault, there: Installation) -> Tried:
    """Have it under load, and look at what then stands."""
    load = Load(there, fault.name.replace(" ", "-"))
    with load.running(moves_many=fault.moves_many) as notes:
        time.sleep(BEFORE)
        began = time.monotonic()
        faulty = _raised_by(fault, there)
        ended = time.monotonic()
        load.moves_many.clear()
        _wait_until_good(notes, ended)
    found = Found(there, notes)
    back = _last(notes.good_again_after(ended).values())
    until = ended + (back or _LONGEST_AFTER)
    meanwhile = [each for each in notes.answers if began < each.ended <= until]
    outcome = Tried(
        fault, ended - began, len(notes.acknowledged), found.lost, found.twice,
        Counter(each.what for each in meanwhile), max(each.seconds for each in meanwhile),
        back, _told_again(there, notes, ended), [*faulty, *fault.holds(there), *found.wrong],
    )  # fmt: skip
    outcome.wrong += _wrong_answers(fault, notes, outcome)
    return outcome


def _raised_by(fault: Fault, there: Installation) -> list[str]:
    try:
        fault.inflict(there)
    except AssertionError as wrong:
        return [str(wrong)]
    return []


def _wait_until_good(notes: Notes, ended: float) -> None:
    """Return once all kinds of clients have been answered well for a while."""
    gives_up = ended + _LONGEST_AFTER
    while time.monotonic() < gives_up:
        time.sleep(0.1)
        back = _last(notes.good_again_after(ended).values())
        if back is not None and time.monotonic() > ended + back + _STAYS_GOOD:
            return


def _told_again(there: Installation, notes: Notes, ended: float) -> float | None:
    """Seconds after the end until a receiver was told something, after a capture was made again."""
    captures = (each for each in notes.answers if each.kind == "capture" and each.is_good)
    made = next((each.ended for each in captures if each.ended > ended), None)
    if made is None:
        return None
    return next((at - ended for at in there.told_at if at > made), None)


def _last(moments: Iterable[float | None]) -> float | None:
    """The latest; None where there is none yet of one of them."""
    found = list(moments)
    known = [moment for moment in found if moment is not None]
    return max(known) if known and len(known) == len(found) else None


def _wrong_answers(fault: Fault, notes: Notes, outcome: Tried) -> Iterator[str]:
    for what, number in notes.not_good().items():
        if what not in {"503", "cut", "refused"}:
            yield f"{number} answers were {what}"
    probes = [each.what for each in notes.answers if each.kind == "probe" and not each.is_good]
    if probes and not fault.stops_probes:
        yield f"{len(probes)} probes were {', '.join(sorted(set(probes)))}"
    if outcome.back is None or outcome.back > LONGEST_BACK:
        yield f"not good again within {LONGEST_BACK:.0f} s"
    if outcome.told is None or outcome.told > LONGEST_BACK:
        yield f"no event was told within {LONGEST_BACK:.0f} s"
