"""A file that is written as a whole before it is sent.

It is read from the database as fast as that gives it, to memory or disk: whoever takes it slowly
holds no transaction open.
"""

from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile

_IN_MEMORY = 1024 * 1024  # bytes; what is more goes to disk


def spooled(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same pieces, once the last has been written."""
    file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed when it was sent
    sizes = [file.write(piece) for piece in pieces]
    file.seek(0)

    def sent() -> Iterator[bytes]:
        with file:
            for size in sizes:
                yield file.read(size)

    return sent()
