"""Columns that hold encrypted secrets, and all of them put under a new SECRET_KEY."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models, transaction

from foundation.encryption import PREFIX, Unreadable, rotate

_AT_ONCE = 500  # rows


class EncryptedField(models.TextField):  # type: ignore[type-arg]  # not generic at run time
    """A secret as `encrypt` made it for the purpose, for the model to decrypt where it is needed.

    Reading a row does not decrypt it: pages that only count rows need no key, and a key that is
    lost breaks what uses the secret, and no more. Migrations see a text, without its default.
    """

    def __init__(self, *args: Any, purpose: str = "", **kwargs: Any) -> None:
        self.purpose = purpose
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("default", None)
        return name, "django.db.models.TextField", args, kwargs


def encrypted(table: str, column: str) -> models.CheckConstraint:
    """Nothing is stored there as it is."""
    return models.CheckConstraint(
        name=f"{table}_{column}_no_plain_text",
        condition=models.Q((f"{column}__startswith", PREFIX)),
    )


@dataclass(slots=True)
class Rotated:
    """What became of the secrets of one column."""

    column: str  # `organisations_authenticator.encrypted_secret`
    secrets: int = 0
    rotated: int = 0
    unreadable: list[Any] = field(default_factory=list)  # the primary keys of their rows


def rotate_all() -> Iterator[Rotated]:
    """Put every secret of every table under the present SECRET_KEY, a few hundred at a time.

    Safe to run again, and while others read and write; what cannot be read stays as it is.
    """
    for model in apps.get_models():
        for each in model._meta.concrete_fields:
            if isinstance(each, EncryptedField):
                yield _rotate_column(model, each)


def _rotate_column(model: type[models.Model], column: EncryptedField) -> Rotated:
    done = Rotated(f"{model._meta.db_table}.{column.column}")
    rows = model._base_manager.exclude(**{column.attname: None}).order_by("pk")
    after = None
    while True:
        with transaction.atomic():
            further = rows if after is None else rows.filter(pk__gt=after)
            batch = list(further.select_for_update(no_key=True).only(column.attname)[:_AT_ONCE])
            for row in batch:
                _rotate_row(row, column, done)
        if not batch:
            return done
        after = batch[-1].pk


def _rotate_row(row: models.Model, column: EncryptedField, done: Rotated) -> None:
    done.secrets += 1
    was = getattr(row, column.attname)
    try:
        now = rotate(was, column.purpose)
    except Unreadable:
        done.unreadable.append(row.pk)
        return
    if now != was:
        setattr(row, column.attname, now)
        row.save(update_fields=[column.attname])
        done.rotated += 1
