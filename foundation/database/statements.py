"""Asking PostgreSQL by libpq: the fast path, and why it is one.

Half of what a small read costs in Python is the way to the database: Django's cursor wrapper, then
psycopg's cursor, which adapts values, keeps its own book of prepared statements and waits in a
generator. Here statements go to libpq, prepared once for each connection and known by their text,
and rows come back in PostgreSQL's binary form, of which psycopg's compiled loaders make tuples: a
time is read there at a fraction of what its text costs both sides.

Statements are planned once too: the settings ask for generic plans, since `LIMIT $1` is otherwise
planned anew on each call, at a third of what the database then spends. That is right where an index
gives the rows in their order and the plan is the same for all values. Where the best plan depends
on the values (`ask_with_literals`), they are written into the text and the statement is planned
for them.

It is for the few statements by hand that must be quick: the API's reads, and the move of a lead.
Each is the default database's, unless its alias is given.
"""

import itertools
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import errors
from psycopg.adapt import Transformer
from psycopg.generators import fetch, send
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, Format, TransactionStatus
from psycopg.types.datetime import TimestamptzLoader
from psycopg.types.string import TextLoader

if TYPE_CHECKING:
    from psycopg.pq.abc import PGconn, PGresult

Row = tuple[Any, ...]
Values = Mapping[str, Any]

# Kinds of statement that a connection keeps, each some kilobytes in the server. There are fewer
# than these; past them a statement is sent with its text.
_MOST_KEPT = 200
_NAME = re.compile(r"%\((\w+)\)s")


def ask(
    sql: LiteralString, values: Values, *, alias: str = DEFAULT_DB_ALIAS, again: bool = True
) -> list[Row]:
    """Every row of a prepared statement that reads: ids as text, times as aware datetimes.

    Nothing pings the connection beforehand, so one that died with a database that is back by now is
    found out here: it is replaced, and the statement asked again. Without `again` that is left to
    the caller, who may have another database to ask. Raises psycopg's errors.
    """
    return _ask(_ask_prepared, sql, values, alias, again=again)


def ask_with_literals(
    sql: LiteralString, values: Values, *, alias: str = DEFAULT_DB_ALIAS, again: bool = True
) -> list[Row]:
    """The same for a statement that is planned for its very values."""
    return _ask(_ask_with_literals, sql, values, alias, again=again)


def change(sql: LiteralString, values: Values, *, alias: str = DEFAULT_DB_ALIAS) -> list[Row]:
    """Every row that a prepared statement which changes something returns.

    In a transaction, if one is open. It is never carried out twice. Raises Django's errors, as
    whatever else changes something does.
    """
    session = _session(alias)
    with session.django.wrap_database_errors:
        return _prepared_anew(session, sql, values, _ask_prepared)


def change_and_commit(
    sql: LiteralString, values: Values, *, alias: str = DEFAULT_DB_ALIAS
) -> list[Row]:
    """The same as the last statement of a transaction: its COMMIT is sent along.

    So what the statement locks is held for as long as the database needs, and not until Python has
    its turn again. A transaction that somebody began within another (a savepoint, then) stays open.
    """
    session = _session(alias)
    django = session.django
    is_outermost = not django.savepoint_ids and not django.needs_rollback
    with django.wrap_database_errors:
        asked = _ask_and_commit if is_outermost else _ask_prepared
        return _prepared_anew(session, sql, values, asked)


@dataclass(slots=True)
class _Session:
    """What is kept of one connection: its prepared statements, and the loaders of its rows."""

    django: BaseDatabaseWrapper  # whose connection it is, until that is replaced
    raw: psycopg.Connection[Any]
    cursor: psycopg.ClientCursor[Any]
    reader: Any  # a Transformer
    names: dict[str, bytes] = field(default_factory=dict)  # of prepared statements, by their text


_Asked = Callable[[_Session, LiteralString, Values], list[Row]]

_own = threading.local()  # as Django's connections are; a session by its database's alias
_numbers = itertools.count()  # never one twice: a forgotten statement keeps its name


def _session(alias: str) -> _Session:
    django = connections[alias]
    session: _Session | None = getattr(_own, alias, None)
    # Django may have another wrapper by now, too: then what it does goes over another connection.
    if session is None or session.django is not django or django.connection is not session.raw:
        session = _new_session(django)
        setattr(_own, alias, session)
    return session


def _new_session(django: BaseDatabaseWrapper) -> _Session:
    django.ensure_connection()
    cursor = psycopg.ClientCursor(django.connection)
    cursor.adapters.register_loader("uuid", TextLoader)  # the JSON has ids as text
    # psycopg's own, which is compiled: Django puts one in Python in its place.
    cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
    return _Session(django, django.connection, cursor, Transformer(cursor))


def _ask(
    asked: _Asked, sql: LiteralString, values: Values, alias: str, *, again: bool
) -> list[Row]:
    session = _session(alias)
    if not again:
        return asked(session, sql, values)
    try:
        return _prepared_anew(session, sql, values, asked)
    except psycopg.OperationalError:
        if session.django.in_atomic_block or not session.raw.closed:
            raise
        session.django.close()
        return asked(_session(alias), sql, values)


def _prepared_anew(
    session: _Session, sql: LiteralString, values: Values, asked: _Asked
) -> list[Row]:
    """Ask, and once more where what was prepared is gone: then nothing has been carried out.

    A migration changed a column's type under it, or a pooler dropped it.
    """
    try:
        return asked(session, sql, values)
    except (errors.FeatureNotSupported, errors.InvalidSqlStatementName):
        if session.django.in_atomic_block:
            raise
        session.names.clear()
        return asked(session, sql, values)


def _ask_prepared(session: _Session, sql: LiteralString, values: Values) -> list[Row]:
    text, parameters = _as_sent(sql, values)
    link = session.raw.pgconn
    _begin(session)
    if (name := _prepared(session, sql, text)) is None:
        return _rows(session, link.exec_params(text, parameters, result_format=Format.BINARY))
    return _rows(session, link.exec_prepared(name, parameters, result_format=Format.BINARY))


def _ask_and_commit(session: _Session, sql: LiteralString, values: Values) -> list[Row]:
    text, parameters = _as_sent(sql, values)
    _begin(session)
    name = _prepared(session, sql, text)
    link = session.raw.pgconn
    link.enter_pipeline_mode()
    if name is None:
        link.send_query_params(text, parameters, result_format=Format.BINARY)
    else:
        link.send_query_prepared(name, parameters, result_format=Format.BINARY)
    link.send_query_params(b"COMMIT", None)
    link.pipeline_sync()
    try:
        answered, committed = _answers_to_both(session)
    except BaseException:
        session.raw.close()  # what comes next over it would be an answer to these
        raise
    rows = _rows(session, answered)
    _check(link, committed, ExecStatus.COMMAND_OK)
    return rows


def _answers_to_both(session: _Session) -> tuple["PGresult", "PGresult"]:
    """It is waited for as psycopg waits: libpq's own way would stop Python's other threads."""
    link = session.raw.pgconn
    session.raw.wait(send(link))
    # Each answer is followed by None, and both by a word that there are no more.
    answers = [session.raw.wait(fetch(link)) for _ in range(5)]
    if link.status != ConnStatus.BAD:
        link.exit_pipeline_mode()
    answered, committed = answers[0], answers[2]
    if answered is None or committed is None:
        raise psycopg.OperationalError("the connection was lost")
    return answered, committed


def _as_sent(sql: LiteralString, values: Values) -> tuple[bytes, Any]:
    text, names = _numbered(sql)
    return text, [_encoded(values[name]) for name in names]  # None is NULL


def _begin(session: _Session) -> None:
    """Django's atomic() leaves it to psycopg's cursors to begin."""
    link = session.raw.pgconn
    if not session.raw.autocommit and link.transaction_status == TransactionStatus.IDLE:
        _check(link, link.exec_(b"BEGIN"), ExecStatus.COMMAND_OK)


def _prepared(session: _Session, sql: LiteralString, text: bytes) -> bytes | None:
    """The name of the prepared statement; None where the connection keeps enough of them."""
    if (name := session.names.get(sql)) is None and len(session.names) < _MOST_KEPT:
        name = b"sift_%d" % next(_numbers)
        link = session.raw.pgconn
        _check(link, link.prepare(name, text), ExecStatus.COMMAND_OK)
        session.names[sql] = name
    return name


def _ask_with_literals(session: _Session, sql: LiteralString, values: Values) -> list[Row]:
    return session.cursor.execute(sql, values).fetchall()


def _rows(session: _Session, result: "PGresult") -> list[Row]:
    _check(session.raw.pgconn, result, ExecStatus.TUPLES_OK)
    session.reader.set_pgresult(result)
    rows: list[Row] = session.reader.load_rows(0, result.ntuples, tuple)
    session.reader.set_pgresult(None)  # else each thread would hold its last page's
    return rows


def _check(link: "PGconn", result: "PGresult", expected: ExecStatus) -> None:
    """Raise what psycopg would have raised."""
    if result.status == expected:
        return
    # A fault that has no code is none of the server's: libpq could not ask it. Where a word of the
    # server's was still to be read, libpq takes the connection for good.
    if link.status == ConnStatus.BAD or result.error_field(DiagnosticField.SQLSTATE) is None:
        fault = psycopg.OperationalError(result.get_error_message())
        link.finish()
        raise fault
    raise errors.error_from_result(result)


@lru_cache(maxsize=1024)
def _numbered(sql: str) -> tuple[bytes, tuple[str, ...]]:
    """`%(name)s` as PostgreSQL's own `$1`, and which name stands for which number."""
    names = tuple(dict.fromkeys(_NAME.findall(sql)))
    numbers = {name: f"${position}" for position, name in enumerate(names, 1)}
    return _NAME.sub(lambda found: numbers[found[1]], sql).encode(), names


def _encoded(value: str | int | UUID | datetime | list[Any] | None) -> bytes | None:
    """The value as PostgreSQL reads it; its type follows from where it stands in the statement."""
    if value is None:
        return None
    if isinstance(value, UUID):
        return value.hex.encode()  # in half the time of its text with dashes
    if isinstance(value, datetime):
        return value.isoformat().encode()
    if isinstance(value, list):
        return _array(value)
    return str(value).encode()


def _array(values: list[Any]) -> bytes:
    """As PostgreSQL writes arrays; NULL is none of these."""
    parts = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return ("{" + ",".join(f'"{part}"' for part in parts) + "}").encode()
