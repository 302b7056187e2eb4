"""Filters of the lead list that a person keeps under a name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from django.db import IntegrityError, models, transaction
from django.db.models.functions import Lower, Now

from foundation.database.constraints import broken_constraint, said
from foundation.ids import uuid7
from organisations.models import Organisation, TenantQuerySet, User


class NameTaken(Exception):
    """Another of the person's saved views has the name, but for case."""


class TooManyViews(Exception):
    """The person has MOST_VIEWS of them."""


_NAME_UNIQUE = "leads_savedview_name_unique"
MOST_VIEWS = 50  # of a person: what a row of links can still show


class SavedViewQuerySet(TenantQuerySet["SavedView"]):
    """Every way in which saved views are chosen. The first call is of()."""

    def of(self, person: User) -> Self:
        return self.filter(organisation=person.organisation_id, person=person)

    def by_name(self) -> Self:
        return self.order_by(Lower("name"), "id")

    def keep(self, person: User, name: str, query: str) -> "SavedView":
        """Save the filters `query` under `name`; NameTaken or TooManyViews if that cannot be."""
        if self.of(person).count() >= MOST_VIEWS:
            raise TooManyViews
        view = SavedView(
            organisation_id=person.organisation_id, person=person, name=name, query=query
        )
        with _name_taken():
            view.save(force_insert=True)
        return view


class SavedView(models.Model):
    """Filters of the lead list under a name, a person's own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    person = models.ForeignKey(
        User, models.CASCADE, related_name="saved_views", db_index=False, db_constraint=False
    )
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000, help_text="the address's query, without paging")
    created_at = models.DateTimeField(db_default=Now())

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("organisation", "person", Lower("name"), name=_NAME_UNIQUE),
            said("leads_savedview", "name"),
        ]

    def __str__(self) -> str:
        return self.name

    def rename(self, name: str) -> None:
        """Give it another name; NameTaken if another of the person's has it."""
        self.name = name
        with _name_taken():
            self.save(update_fields=["name"])


@contextmanager
def _name_taken() -> Iterator[None]:
    """NameTaken in place of the database's refusal; what was begun before stays whole."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if broken_constraint(error) != _NAME_UNIQUE:
            raise
        raise NameTaken from error
