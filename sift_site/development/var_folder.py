"""The project's `var/`: what a running Sift keeps there, locks above all."""

import os
from pathlib import Path
from typing import IO

VAR = Path(__file__).resolve().parents[2] / "var"


def open_in_var(path: Path, mode: int = 0o666) -> IO[bytes]:
    """Open a file of a `var/` folder for reading and appending; make both where they are missing,
    the file with this mode, as far as the process's mask leaves it.

    What root makes in somebody's project stays usable for that person. Raises OSError.
    """
    if not path.parent.is_dir():
        path.parent.mkdir(exist_ok=True)
        _leave_to_the_projects_owner(path.parent)
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, mode), "a+b")
    _leave_to_the_projects_owner(path)
    return file


def _leave_to_the_projects_owner(path: Path) -> None:
    if os.geteuid() == 0:
        owner = next(folder for folder in path.parents if folder.name != "var").stat()
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
