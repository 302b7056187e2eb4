"""The role of PostgreSQL's that the server signs in with: the least that it runs with.

It reads and writes rows, and that is all: it makes, changes and drops nothing, temporary tables
included, and owns nothing. To the audit trail it can only add; the heads of its chains are written
by a trigger that runs as their owner. `migrate` is run by the owner of the tables.
"""

from collections.abc import Iterable

from django.db import connection, transaction
from psycopg import sql

ROWS = ("SELECT", "INSERT", "UPDATE", "DELETE")
# What the server needs on tables that it does not need all of that on.
LESS = {
    "organisations_auditentry": ("SELECT", "INSERT"),
    "organisations_audithead": ("SELECT",),
    # Agencies, people, invitations and keys are closed, deactivated, withdrawn, revoked: they stay.
    "organisations_organisation": ("SELECT", "INSERT", "UPDATE"),
    "organisations_user": ("SELECT", "INSERT", "UPDATE"),
    "organisations_invitation": ("SELECT", "INSERT", "UPDATE"),
    "apikeys_apikey": ("SELECT", "INSERT", "UPDATE"),
    # So do addresses that are switched off, and what is told of files that were brought in.
    "conversations_intakeaddress": ("SELECT", "INSERT", "UPDATE"),
    "conversations_csvimport": ("SELECT", "INSERT", "UPDATE"),
    # The number of an agency's last change: without it numbers would be given out again.
    "organisations_feed": ("SELECT", "INSERT", "UPDATE"),
    # For the probe that asks whether all migrations ran.
    "django_migrations": ("SELECT",),
    # Django's own, of which Sift asks nothing.
    "auth_group": (),
    "auth_group_permissions": (),
    "auth_permission": (),
    "django_content_type": (),
}
_TABLES = """
    SELECT relname FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
"""
# Whoever is, or may become, the owner of a table may do anything to it; a superuser is everybody.
_OWNS = """
    SELECT EXISTS (SELECT FROM pg_class JOIN pg_roles AS own ON own.oid = relowner
                    WHERE relnamespace = current_schema()::regnamespace
                      AND pg_has_role(%(name)s, own.oid, 'MEMBER'))
"""


class CannotGrant(Exception):
    """The role cannot be the server's; the text says why."""


@transaction.atomic
def grant(name: str) -> bool:
    """Give the role what the server needs and take what it has besides; whether it is new.

    Tables that are made later by whoever runs this have all of ROWS for it, so that the server goes
    on after an upgrade; another run takes away what LESS leaves out. Raises CannotGrant, and
    DatabaseError where whoever runs it may not do so.
    """
    is_new = not _asked("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %(name)s)", name)
    if is_new:
        _do("CREATE ROLE {role} LOGIN", name)
    elif _asked(_OWNS, name):
        raise CannotGrant(f"{name} is a superuser or owns Sift's tables: choose another role.")
    # What everybody had, in a database of PostgreSQL's before 15 and in any.
    _do("REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {role}", name)
    _do("REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {role}", name)
    _do("GRANT CONNECT ON DATABASE {database} TO {role}", name)
    _do("GRANT USAGE ON SCHEMA {schema} TO {role}", name)
    _do("REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}", name)
    for table in _tables():
        if rights := LESS.get(table, ROWS):
            _do("GRANT {rights} ON {table} TO {role}", name, rights=rights, table=table)
    _do(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT {rights} ON TABLES TO {role}",
        name,
        rights=ROWS,
    )
    if _asked("SELECT has_schema_privilege(%(name)s, current_schema(), 'CREATE')", name):
        raise CannotGrant(f"{name} may make tables: have the owner of the database run this.")
    return is_new


def lacking() -> list[str]:
    """What the server needs and the role signed in with may not do: `INSERT on leads_lead`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(name, right_), right_ || ' on ' || name"
            "  FROM unnest(%(names)s::text[], %(rights)s::text[]) AS needed (name, right_)",
            _needed(),
        )
        return [named for may, named in cursor.fetchall() if not may]


def owns_tables() -> bool:
    """Whether it owns Sift's tables, or may become who does: then it may do anything to them."""
    return _asked(_OWNS.replace("%(name)s", "current_user"), "")


def _needed() -> dict[str, list[str]]:
    pairs = [(table, right) for table in _tables() for right in LESS.get(table, ROWS)]
    return {"names": [name for name, _ in pairs], "rights": [right for _, right in pairs]}


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        return [table for (table,) in cursor.fetchall()]


def _asked(question: str, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question, {"name": name})
        (answer,) = cursor.fetchone()
        return bool(answer)


def _do(text: str, name: str, *, rights: Iterable[str] = (), table: str = "") -> None:
    """Carry out the statement; a schema and a database are the connection's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_database()")
        schema, database = cursor.fetchone()
        cursor.execute(
            sql.SQL(text).format(
                role=sql.Identifier(name),
                schema=sql.Identifier(schema),
                database=sql.Identifier(database),
                table=sql.Identifier(table or "none"),
                rights=sql.SQL(", ").join(map(sql.SQL, rights)),
            )
        )
