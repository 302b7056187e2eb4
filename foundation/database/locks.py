"""Advisory locks: who works on one thing works on it alone, until the transaction's end."""

from collections.abc import Iterable
from hashlib import blake2b

from django.db import connection


def lock_names(names: Iterable[str]) -> None:
    """Wait for the locks of all names, in one statement; the end of the transaction frees them.

    They are taken in the order of their keys, so two takers never wait for each other in a ring.
    """
    keys = sorted({_key(name) for name in names})
    if not keys:
        return
    with connection.cursor() as cursor:
        # A subquery with an ORDER BY is not folded into the outer query: rows come sorted.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(key) FROM"
            " (SELECT key FROM unnest(%s::bigint[]) AS key ORDER BY key) AS sorted",
            [keys],
        )


def _key(name: str) -> int:
    """64 bits of the name; two names that share them merely wait for each other."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
