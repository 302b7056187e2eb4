"""A table that somebody else has locked whole, as a migration would that nobody tried before."""

import time
from functools import partial
from typing import LiteralString

import psycopg

from tests.faults.fault import Fault
from tests.faults.installation import Installation

LOCKED = 12.0  # seconds; longer than a request of the server's waits for a lock


def _lock(table: LiteralString, there: Installation) -> None:
    with psycopg.connect(there.url) as connection:
        connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        time.sleep(LOCKED)


FAULTS = (
    Fault(name="leads locked", inflict=partial(_lock, "leads_lead")),
    Fault(name="keys locked", inflict=partial(_lock, "apikeys_apikey")),
)
