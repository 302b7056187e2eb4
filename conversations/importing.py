"""A file of conversations into the database: line by line, batch by batch, in constant memory."""

import codecs
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from django.db import DatabaseError, DataError, IntegrityError

from conversations.capture import capture
from conversations.intake_format import ImportedConversation
from conversations.models import Conversation, Message
from conversations.outcome import Captured, Outcome
from foundation.database.planner_statistics import analyse_if_outgrown
from foundation.validation import BODY, Fault, Faulty, decode
from leads.models import Lead
from organisations.models import Organisation

LONGEST_LINE = 64 * 1024 * 1024  # bytes
# A batch is one transaction: short, so that it holds back no reader of new leads for long.
BATCH_CONVERSATIONS = 200
BATCH_BYTES = 4 * 1024 * 1024
_KEPT_OF_A_LINE_TOO_LONG = 1000  # bytes of it that a rejection repeats
_MOST_FAULTS_SAID = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file, without its ending."""

    number: int  # from 1
    raw: bytes
    end: int  # bytes of the file up to and with it
    too_long: bool = False


@dataclass(frozen=True, slots=True)
class Rejection:
    """A line that cannot be taken in, and why, in words for a person."""

    line: int
    reason: str
    input: str


@dataclass(slots=True)
class Report:
    """What became of the lines that were not blank."""

    read: int = 0
    created: int = 0
    unchanged: int = 0
    rejected: int = 0


@dataclass(slots=True)
class Import:
    """One run over one file; the three callables are told what happens, as it does."""

    organisation: Organisation
    on_rejection: Callable[[Rejection], None]
    on_difference: Callable[[int], None]  # the number of a line that differs from what stands
    on_progress: Callable[[int], None]  # bytes of the file that are dealt with
    report: Report = field(default_factory=Report)

    def run(self, file: BinaryIO) -> Report:
        """Take in the whole file. Errors of the connection itself (OperationalError) are raised."""
        look_at = 1  # conversations created; then four times as many, and so on
        for batch in _batches(read_lines(file)):
            self._take(batch)
            self.on_progress(batch[-1].end)
            if self.report.created >= look_at:
                look_at = 4 * self.report.created
                analyse_if_outgrown(Lead, Conversation, Message)
        return self.report

    def _take(self, lines: Sequence[Line]) -> None:
        good = []
        for line in lines:
            self.report.read += 1
            try:
                good.append((line, _parse(line)))
            except Faulty as faulty:
                self._reject(line, _in_words(faulty))
        if not good:
            return
        try:
            captured = capture(self.organisation, [received for _, received in good])
        except (IntegrityError, DataError):
            self._take_one_by_one(good)
        else:
            for (line, _), one in zip(good, captured, strict=True):
                self._count(line, one)

    def _take_one_by_one(self, good: Iterable[tuple[Line, ImportedConversation]]) -> None:
        """The database refused something of the batch: find out which line, and take the rest."""
        for line, received in good:
            try:
                [one] = capture(self.organisation, [received])
            except (IntegrityError, DataError) as error:
                self._reject(line, f"the database refused it: {_first_line(error)}")
            else:
                self._count(line, one)

    def _count(self, line: Line, one: Captured) -> None:
        if one.outcome is Outcome.CREATED:
            self.report.created += 1
            return
        self.report.unchanged += 1
        if one.outcome is Outcome.DIFFERS:
            self.on_difference(line.number)

    def _reject(self, line: Line, reason: str) -> None:
        self.report.rejected += 1
        self.on_rejection(
            Rejection(line.number, reason, line.raw.decode("utf-8", errors="backslashreplace"))
        )


def read_lines(file: BinaryIO) -> Iterator[Line]:
    """Every line that is not blank, whatever its ending; never more than one in memory."""
    number = end = 0
    while raw := file.readline(LONGEST_LINE + 1):
        number += 1
        end += len(raw)
        too_long = len(raw) > LONGEST_LINE and not raw.endswith(b"\n")
        if too_long:
            raw = raw[:_KEPT_OF_A_LINE_TOO_LONG]
            end += _skip_to_line_end(file)
        if number == 1:
            raw = raw.removeprefix(codecs.BOM_UTF8)
        raw = raw.rstrip(b"\r\n")
        if raw.strip():
            yield Line(number, raw, end, too_long)


def _skip_to_line_end(file: BinaryIO) -> int:
    """Read on to the end of the line; how many bytes that took."""
    skipped = 0
    while more := file.readline(1024 * 1024):
        skipped += len(more)
        if more.endswith(b"\n"):
            break
    return skipped


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Lines in groups, each bounded in number and in bytes (a single line may be larger)."""
    batch: list[Line] = []
    size = 0
    for line in lines:
        if batch and size + len(line.raw) > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line.raw)
        if len(batch) == BATCH_CONVERSATIONS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _parse(line: Line) -> ImportedConversation:
    if line.too_long:
        raise Faulty([Fault(BODY, f"must not be longer than {LONGEST_LINE:,} bytes")])
    return decode(ImportedConversation, line.raw)


def _in_words(faulty: Faulty) -> str:
    """The faults as a reason; a fault of the whole body is one of the line."""
    said = [
        f"{'the line' if fault.field == BODY else fault.field} {fault.message}"
        for fault in faulty.faults[:_MOST_FAULTS_SAID]
    ]
    left_out = len(faulty.faults) - len(said)
    return "; ".join(said) + (f"; and {left_out:,} more" if left_out else "")


def _first_line(error: DatabaseError) -> str:
    return str(error).strip().split("\n", 1)[0]
