"""Steps of migrations that write checks anew which hold already, without keeping writers out.

Such a check is added unvalidated, which takes a moment, and looked through by a later migration,
while others read and write. Each known check is its model, its name and its condition.
"""

from collections.abc import Iterable

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db.migrations import RemoveConstraint
from django.db.migrations.operations.base import Operation
from django.db.models import CheckConstraint, Q

Known = Iterable[tuple[str, str, Q]]


def exchange(known: Known) -> list[Operation]:
    """Each check in place of the one of its name; what is written from now on is held to it."""
    steps: list[Operation] = []
    for model, name, condition in known:
        constraint = CheckConstraint(name=name, condition=condition)
        steps += [
            RemoveConstraint(model_name=model, name=name),
            AddConstraintNotValid(model_name=model, constraint=constraint),
        ]
    return steps


def validate(known: Known) -> list[Operation]:
    """Have what stood before looked through too; in a transaction after that of the exchange."""
    return [ValidateConstraint(model_name=model, name=name) for model, name, _ in known]
