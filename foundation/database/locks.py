"""Advisory locks: who works on one thing works on it alone, until the transaction's end."""

from collections.abc import Iterable
from hashlib import blake2b

from foundation.database.statements import change


def lock_names(names: Iterable[str], *, shared: Iterable[str] = ()) -> None:
    """Wait for the locks of all names, in one statement; the end of the transaction frees them.

    Those that are `shared` many hold at once, while nobody holds them alone. They are taken in the
    order of their keys, so two takers never wait for each other in a ring.
    """
    keys = {_key(name): True for name in shared} | {_key(name): False for name in names}
    if not keys:
        return
    # A subquery with an ORDER BY is not folded into the outer query: rows come sorted.
    change(
        """
        SELECT CASE WHEN is_shared THEN pg_advisory_xact_lock_shared(key)
                    ELSE pg_advisory_xact_lock(key) END IS NULL
          FROM (SELECT key, is_shared
                  FROM unnest(%(keys)s::bigint[], %(shared)s::boolean[]) AS taken (key, is_shared)
                 ORDER BY key) AS sorted
        """,
        {"keys": list(keys), "shared": list(keys.values())},
    )


def _key(name: str) -> int:
    """64 bits of the name; two names that share them merely wait for each other."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
