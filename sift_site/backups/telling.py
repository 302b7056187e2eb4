"""How far a dump or a restoring is, by tables, on a terminal alone: logs hold no bars."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm


@contextmanager
def progress(what: str) -> Iterator[Callable[[int], None]]:
    """Yields what is to be called for each table, with the number of all."""
    with tqdm(desc=what, unit=" tables", file=sys.stderr, disable=not sys.stderr.isatty()) as bar:

        def on_table(of: int) -> None:
            bar.total = of
            bar.update()

        yield on_table
