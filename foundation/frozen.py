"""What migrations import. Frozen: nothing here is changed, renamed or taken away.

A migration that has run on somebody's database must go on saying what it said then. So it imports
nothing that lives on, only this and other modules named `frozen`, which import nothing of ours.
What has to differ gets a new name. Defaults and field classes are the models' too: Django takes
another function or class for a change of the column.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import models
from django.db.migrations import RemoveConstraint
from django.db.migrations.operations.base import Operation
from django.db.models import CheckConstraint, Func, Q
from uuid_utils import compat


def uuid7() -> UUID:
    """A new UUID version 7, made in Python: PostgreSQL before 18 has no function for it."""
    return compat.uuid7()


class WrittenXidField(models.Field):  # type: ignore[type-arg]  # not generic at run time
    """`xid8`: the transaction that last wrote the row. No model has it any more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        kwargs.setdefault("db_default", Func(function="pg_current_xact_id"))
        super().__init__(*args, **kwargs)

    def db_type(self, connection: Any) -> str:
        return "xid8"


def same_organisation_key(table: str, column: str, target: str) -> tuple[str, str]:
    """SQL (forwards, backwards) of a foreign key over `(organisation_id, column)`.

    It stands in place of Django's own single-column key and holds both rules at once: the row that
    is pointed to exists, and it belongs to the same organisation.
    """
    name = f"{table}_{column.removesuffix('_id')}_same_organisation"
    forwards = f"""
        ALTER TABLE {table} ADD CONSTRAINT {name}
            FOREIGN KEY (organisation_id, {column}) REFERENCES {target} (organisation_id, id);
    """
    return forwards, f"ALTER TABLE {table} DROP CONSTRAINT {name};"


def exchange(known: Iterable[tuple[str, str, Q]]) -> list[Operation]:
    """Each check (a model, a name, a condition) in place of the one of its name.

    For a check that what stands meets already: it is added unvalidated, which takes a moment, and
    what is written from now on is held to it. A later migration has the rest looked through
    (ValidateConstraint), while others read and write.
    """
    steps: list[Operation] = []
    for model, name, condition in known:
        constraint = CheckConstraint(name=name, condition=condition)
        steps += [
            RemoveConstraint(model_name=model, name=name),
            AddConstraintNotValid(model_name=model, constraint=constraint),
        ]
    return steps
