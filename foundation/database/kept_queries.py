"""A question to the ORM that is compiled once, and prepared: for what must be quick.

Django writes a statement anew each time that it is asked, which costs more than most cost the
database, and PostgreSQL plans it anew. A kept query leaves places for what differs from time to
time: `external_id__given_any="names"` is `= ANY(%(names)s)`, `organisation__given="agency"` is
`= %(agency)s`.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignKey, Lookup, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from foundation.database.statements import Row, change


class Given(Lookup):
    """`field__given="name"`: what is given under that name when the query is asked."""

    lookup_name = "given"
    prepare_rhs = False  # the field would take the name for its value
    template = "{field} = %({name})s"

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        field, params = self.process_lhs(compiler, connection)
        return self.template.format(field=field, name=self.rhs), tuple(params)


class GivenAny(Given):
    """`field__given_any="names"`: any of the texts that are given."""

    lookup_name = "given_any"
    template = "{field} = ANY(%({name})s::text[])"


for lookup in (Given, GivenAny):
    Field.register_lookup(lookup)
    ForeignKey.register_lookup(lookup)


class KeptQuery:
    """A query with places for what is given; its rows are tuples, with ids as UUIDs.

    `made` makes the QuerySet when it is first asked, as no model can be asked before all are there.
    """

    def __init__(self, made: Callable[[], "QuerySet[Any, Any]"]) -> None:
        self._made = made

    def ask(self, **given: Any) -> list[Row]:
        """Its rows, in the transaction that is open. Raises Django's errors."""
        sql, constants = self._compiled
        return change(sql, constants | given)

    @cached_property
    def _compiled(self) -> tuple[str, dict[str, Any]]:
        sql, constants = self._made().query.sql_with_params()
        named = {f"constant_{n}": value for n, value in enumerate(constants)}
        for name in named:
            sql = sql.replace("%s", f"%({name})s", 1)
        return sql, named
