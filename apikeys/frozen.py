"""What migrations of keys and their models import: frozen, as foundation/frozen.py is."""

from typing import Any

from django.db import models


class CidrField(models.Field):  # type: ignore[type-arg]  # not generic at run time
    """`cidr`: text in Python, and a network without fault in the database."""

    def db_type(self, connection: Any) -> str:
        return "cidr"
