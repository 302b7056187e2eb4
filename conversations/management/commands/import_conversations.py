"""`manage.py import_conversations FILE --organisation S` (CONTRACT.md, section 4)."""

import json
import os
import stat
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError
from tqdm import tqdm

from conversations.importing import Import, Rejection
from organisations.commands import open_organisation


class Command(BaseCommand):
    help = (
        "Take in conversations with their leads, one JSON object per line. Safe to run again:"
        " a conversation whose external_id is known is left as it stands."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="JSON Lines; - reads standard input")
        parser.add_argument("--organisation", metavar="SLUG", required=True)
        parser.add_argument(
            "--rejects", metavar="OUT", help="write rejected lines here, as JSON Lines"
        )

    def handle(self, *, file: str, organisation: str, rejects: str | None, **_: Any) -> None:
        tenant = open_organisation(organisation)
        with ExitStack() as stack:
            source = stack.enter_context(_opened(file))
            rejected = stack.enter_context(_rejects_file(rejects, source)) if rejects else None
            bar = stack.enter_context(_progress_bar(source))

            def say(line: str) -> None:
                with tqdm.external_write_mode(file=sys.stderr), _nobody_need_listen(sys.stderr):
                    self.stderr.write(line)

            def reject(rejection: Rejection) -> None:
                say(f"line {rejection.line}: {rejection.reason}")
                if rejected is not None:
                    json.dump(asdict(rejection), rejected)
                    rejected.write("\n")

            run = Import(
                tenant,
                on_rejection=reject,
                on_difference=lambda line: say(f"line {line}: differs from what stands"),
                on_progress=lambda done: bar.update(done - bar.n),
            )
            try:
                report = run.run(source)
            except (KeyboardInterrupt, DatabaseError) as error:
                stays = (
                    f"{run.report.created} conversations were taken in and stay; run the command"
                    " again for the rest."
                )
                if _was_stopped(error):
                    raise CommandError(f"Stopped. {stays}", returncode=130) from None
                if not isinstance(error, OperationalError):
                    raise
                raise CommandError(f"The database failed: {str(error).strip()}. {stays}") from None
            except OSError as error:
                raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        with _nobody_need_listen(sys.stdout):
            self.stdout.write(json.dumps(asdict(report)))
            self.stdout.flush()
        if report.rejected:
            sys.exit(1)


def _was_stopped(error: BaseException | None) -> bool:
    """Whether a Ctrl-C is behind it: in the middle of a statement one may come out as the
    database's complaint that the statement, or the rollback after it, was broken off."""
    if error is None or isinstance(error, KeyboardInterrupt):
        return error is not None
    return _was_stopped(error.__cause__) or _was_stopped(error.__context__)


@contextmanager
def _nobody_need_listen(stream: TextIO) -> Iterator[None]:
    """A reader that went away (`| head`) takes nothing from the import."""
    try:
        yield
    except BrokenPipeError:
        # Python flushes the stream once more when it ends, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    """The file in bytes; CommandError where it cannot be read."""
    if name == "-":
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            source = stack.enter_context(Path(name).open("rb"))
        except OSError as error:
            raise CommandError(f"{name} cannot be read: {error.strerror}.") from None
        yield source


@contextmanager
def _rejects_file(name: str, source: BinaryIO) -> Iterator[TextIO]:
    """The file for rejected lines, emptied; never the one that is being read."""
    path = Path(name)
    if path.exists() and os.path.samestat(path.stat(), os.fstat(source.fileno())):
        raise CommandError(f"{name} is the file to read: rejected lines need another.")
    try:
        rejected = path.open("w", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{name} cannot be written: {error.strerror}.") from None
    with rejected:
        yield rejected


def _progress_bar(source: BinaryIO) -> Any:
    """By bytes, on a terminal only, so that logs hold no bars."""
    info = os.fstat(source.fileno())
    return tqdm(
        total=info.st_size if stat.S_ISREG(info.st_mode) else None,
        unit="B",
        unit_scale=True,
        file=sys.stderr,
        disable=not sys.stderr.isatty(),
    )
