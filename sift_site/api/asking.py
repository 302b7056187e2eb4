"""Where the API's reads are asked: of a replica where that may be read, else of the primary."""

from collections.abc import Callable
from typing import LiteralString

import psycopg
from django.db import OperationalError

from foundation.database import statements
from foundation.database.statements import Row, Values
from sift_site.serving import replicas


def ask(sql: LiteralString, values: Values) -> list[Row]:
    """Every row of a prepared statement: ids as text, times as aware datetimes."""
    return _of_either(statements.ask, sql, values)


def ask_with_literals(sql: LiteralString, values: Values) -> list[Row]:
    """The same for a statement that is planned for its very values."""
    return _of_either(statements.ask_with_literals, sql, values)


def _of_either(asked: Callable[..., list[Row]], sql: LiteralString, values: Values) -> list[Row]:
    """What a replica does not answer, the primary is asked."""
    if replicas.alias() == replicas.REPLICA:
        try:
            return asked(sql, values, alias=replicas.REPLICA, again=False)
        except (psycopg.OperationalError, OperationalError) as error:
            replicas.give_up(error)
    return asked(sql, values)
