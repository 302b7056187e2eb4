"""What the tables of an agency have in common: whose a row is, and which came last."""

from typing import Self, TypeVar

from django.db import models

from organisations.models.organisation import Organisation

Row = TypeVar("Row", bound=models.Model)


class TenantQuerySet(models.QuerySet[Row]):
    """Rows that each belong to an organisation. The first call is for_organisation()."""

    def for_organisation(self, organisation: Organisation) -> Self:
        """The organisation's own rows, and nobody else's."""
        return self.filter(organisation_id=organisation.pk)

    def newest_first(self) -> Self:
        """By `created_at`, where the rows have one; the id breaks ties, so pages never overlap."""
        return self.order_by("-created_at", "-id")
