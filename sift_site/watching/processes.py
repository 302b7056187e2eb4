"""The folder in which the server's processes count, each in files of its own."""

import os
import shutil
import tempfile

from sift_site import environment

_FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # as prometheus_client reads it when it is loaded


def prepare() -> str | None:
    """Before the processes are forked: an empty folder, in memory where there is such; None where
    nothing is counted, or where the environment names a folder."""
    if environment.metrics_token() is None or os.environ.get(_FOLDER):
        return None
    in_memory = "/dev/shm"  # noqa: S108 - a count must not wait for a disk
    where = in_memory if os.access(in_memory, os.W_OK) else None
    folder = tempfile.mkdtemp(prefix="sift-metrics-", dir=where)
    os.environ[_FOLDER] = folder
    return folder


def clear(folder: str | None) -> None:
    """When the server ends: nothing is left behind."""
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
