"""A database beside the one that the settings name, for as long as something is tried in it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import ProgrammingError, connection
from django.db.utils import OperationalError
from psycopg import sql

_LONGEST_NAME = 63  # bytes; PostgreSQL cuts a longer one
# Each version of PostgreSQL has another column for the name of a locale that is not libc's.
_LOCALE = """
    SELECT datcollate, datctype, datlocprovider,
           coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale')
      FROM pg_database AS d WHERE datname = current_database()
"""
_PROVIDERS = {
    "c": "LOCALE_PROVIDER libc",
    "b": "LOCALE_PROVIDER builtin BUILTIN_LOCALE {}",
    "i": "LOCALE_PROVIDER icu ICU_LOCALE {}",
}


class NoScratch(Exception):
    """The database cannot be made; the text is one line that says why."""


@contextmanager
def scratch_database() -> Iterator[None]:
    """Within, Django asks a new and empty database of the same locale; it is dropped afterwards.

    One that a killed process left behind is dropped first. Raises NoScratch.
    """
    own = connection.settings_dict["NAME"]
    name = f"{own[: _LONGEST_NAME - 12]}_try_restore"
    try:
        _do(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        _do(_creation(name))
    except OperationalError as error:  # somebody is in it: another try
        raise NoScratch(f"the database {name} is in use: {_first_line(error)}") from None
    except ProgrammingError as error:
        raise NoScratch(
            f"the database {name} cannot be made ({_first_line(error)}): "
            "this is for a role that may make databases"
        ) from None
    try:
        with _asked_instead(name):
            yield
    finally:
        _do(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _asked_instead(name: str) -> Iterator[None]:
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own


def _creation(name: str) -> sql.Composed:
    with connection.cursor() as cursor:
        cursor.execute(_LOCALE)
        collate, ctype, provider, locale = cursor.fetchone()
    text = (
        "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE {} LC_CTYPE {} "
        + _PROVIDERS[provider]
    )
    return sql.SQL(text).format(sql.Identifier(name), *map(sql.Literal, (collate, ctype, locale)))


def _do(statement: sql.Composed) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
