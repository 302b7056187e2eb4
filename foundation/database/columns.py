"""Column types that Django does not bring."""

from typing import Any

from django.db import models
from django.db.models import Func


class WrittenXidField(models.Field):  # type: ignore[type-arg]  # not generic at run time
    """`xid8`: the transaction that last wrote the row.

    Set by the database alone: a default on INSERT, a trigger on UPDATE (`stamp_trigger`). Readers
    compare it with `pg_snapshot_xmin(pg_current_snapshot())` to leave out rows that an older
    transaction, still under way, might yet be followed by.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        kwargs.setdefault("db_default", Func(function="pg_current_xact_id"))
        super().__init__(*args, **kwargs)

    def db_type(self, connection: Any) -> str:
        return "xid8"


def stamp_trigger(table: str, shown: list[str]) -> tuple[str, str]:
    """SQL (forwards, backwards) of the trigger that stamps `table`'s rows on UPDATE.

    `written_xid` is renewed on every UPDATE. `updated_at` moves when one of the `shown` columns
    changed, by the database's clock and never backwards: an update that waited for the row's lock
    began before the one it waited for, so the transaction's own time would not do.
    """
    new = ", ".join(f'NEW."{column}"' for column in shown)
    old = ", ".join(f'OLD."{column}"' for column in shown)
    forwards = f"""
        CREATE FUNCTION {table}_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.written_xid := pg_current_xact_id();
            IF NEW.updated_at = OLD.updated_at AND ROW({new}) IS DISTINCT FROM ROW({old}) THEN
                NEW.updated_at := GREATEST(
                    clock_timestamp(), OLD.updated_at + interval '1 microsecond'
                );
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER {table}_stamp BEFORE UPDATE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_stamp();
    """
    backwards = f"DROP TRIGGER {table}_stamp ON {table}; DROP FUNCTION {table}_stamp();"
    return forwards, backwards


def same_organisation_key(table: str, column: str, target: str) -> tuple[str, str]:
    """SQL (forwards, backwards) of a foreign key over `(organisation_id, column)`.

    It stands in place of Django's own single-column key and holds both rules at once: the row that
    is pointed to exists, and it belongs to the same organisation.
    """
    name = f"{table}_{column.removesuffix('_id')}_same_organisation"
    forwards = f"""
        ALTER TABLE {table} ADD CONSTRAINT {name}
            FOREIGN KEY (organisation_id, {column}) REFERENCES {target} (organisation_id, id);
    """
    return forwards, f"ALTER TABLE {table} DROP CONSTRAINT {name};"
