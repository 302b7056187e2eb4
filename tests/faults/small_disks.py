"""Disks of a few megabytes, in memory, that a run may fill: as root of a machine that allows it."""

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_MOUNT = ("mount", "-t", "tmpfs", "-o")
_BALLAST = "ballast"
_PAGE = 4096  # bytes


@contextlib.contextmanager
def small_disk(mebibytes: int) -> Iterator[Path]:
    """A new one, empty, for all accounts to pass through; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="sift-small-disk-") as folder:
        size = f"size={mebibytes}m,mode=755"
        subprocess.run([*_MOUNT, size, "sift", folder], check=True, capture_output=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@cache
def lacks_small_disks() -> str | None:
    """What this machine lacks for them; None where it allows them."""
    try:
        with small_disk(1):
            return None
    except (OSError, subprocess.CalledProcessError):
        return "no disk in memory can be mounted here (root may, in most places)"


@contextlib.contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Within, the disk has no room but what somebody then gives back."""
    ballast = disk / _BALLAST
    try:
        fill(ballast)
        yield
    finally:
        ballast.unlink(missing_ok=True)


def stay_full(disk: Path, seconds: float) -> None:
    """Let that time pass; AssertionError where the disk then has room."""
    time.sleep(seconds)
    assert _free(disk) == 0, f"{disk} had room again before its time"


def fill(ballast: Path) -> None:
    """Give all the room that is left on its disk to this file.

    By halves: others write meanwhile, and who asks for more than there is gets nothing.
    """
    with ballast.open("wb") as file:
        while room := _free(ballast.parent):
            with contextlib.suppress(OSError):
                size = file.seek(0, os.SEEK_END)
                os.posix_fallocate(file.fileno(), size, max(room // 2, _PAGE))


def _free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
