"""`field__one_of`: whether a text is one of a closed set of values, as a constraint asks it.

PostgreSQL reads a table's constraints anew for each statement that writes to it, and what Django
makes of `__in`, a list with a node for each of its words, took a tenth of the database's time for a
change of status. Here the words are one constant, an array. Migrations ask it too, by its name, so
neither the name nor what it writes changes.
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Lookup
from django.db.models.sql.compiler import SQLCompiler


@CharField.register_lookup
class OneOf(Lookup):
    """`Q(status__one_of=LeadStatus.values)`; NULL is neither in nor out, so a constraint passes."""

    lookup_name = "one_of"
    prepare_rhs = False  # the field would make one text of the list

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        text, params = self.process_lhs(compiler, connection)
        return f"{text} = ANY(%s::text[])", (*params, [str(value) for value in self.rhs])
