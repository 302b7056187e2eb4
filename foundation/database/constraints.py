"""Rules that many tables have, and which rule a statement broke."""

import psycopg
from django.db import IntegrityError
from django.db.models import CheckConstraint, Q, TextChoices


def known(table: str, field: str, choices: type[TextChoices]) -> CheckConstraint:
    """Only the values of `choices`; NULL, where the column takes it, means unknown."""
    return CheckConstraint(
        name=f"{table}_{field}_known", condition=Q(**{f"{field}__one_of": choices.values})
    )


def said(table: str, field: str) -> CheckConstraint:
    """Unknown is NULL, never an empty text."""
    return CheckConstraint(name=f"{table}_{field}_said", condition=~Q(**{field: ""}))


def broken_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that refused the statement; None where the database names none.

    The message holds the row's own values, so a name looked for in it is also found in what
    somebody typed, and it speaks the language that the server is set to.
    """
    cause = error.__cause__
    return cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None
