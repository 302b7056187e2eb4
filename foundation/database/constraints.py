"""Which of the database's rules a statement broke."""

import psycopg
from django.db import IntegrityError


def broken_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that refused the statement; None where the database names none.

    The message holds the row's own values, so a name looked for in it is also found in what
    somebody typed, and it speaks the language that the server is set to.
    """
    cause = error.__cause__
    return cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None
