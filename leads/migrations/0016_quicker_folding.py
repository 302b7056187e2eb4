"""Folding reads the days that it folds, and a change that moves no figure costs next to nothing.

Asked for `days IS NULL OR day = ANY (days)`, PostgreSQL kept one plan for both and read all of the
organisation's rows: 6 ms, on one change of status in ten. And most changes of status, such as any
but the first to qualified, change none of the figures.
"""

# ruff: noqa: S608 -- put together from constants

from django.db import migrations

from leads.migrations._daily_figures import COLUMNS, NOTHING, SUMS, fold_days, on_update

REPLACE = "CREATE OR REPLACE"
COUNTED = (
    "organisation_id", "merged_into_id", "created_at", "first_contacted_at", "score", "source",
    "area", "reached", "viewing_requested",
)  # fmt: skip
TABLES = (
    ("leads_leadday", "day", COLUMNS, SUMS, NOTHING),
    ("leads_areaday", "day, area", "leads", "sum(leads) AS leads", "0"),
    ("leads_contactday", "whole_month, day, bucket", "leads", "sum(leads) AS leads", "0"),
)


def fold(table, keys, columns, sums, empty):
    """SQL that makes one row of those of each key, of the days in `days`."""
    chosen = "organisation_id = folded AND day = ANY (days)"
    if table == "leads_contactday":  # as its index has it
        chosen += " AND whole_month IN (false, true)"
    return f"""
        WITH several AS (
            SELECT {keys} FROM {table} WHERE {chosen} GROUP BY {keys} HAVING count(*) > 1
        ), taken AS (
            DELETE FROM {table} WHERE id IN (
                SELECT id FROM {table} WHERE {chosen} AND ({keys}) IN (SELECT {keys} FROM several)
            ) RETURNING {keys}, {columns}
        )
        INSERT INTO {table} (organisation_id, {keys}, {columns})
        SELECT * FROM (SELECT folded, {keys}, {sums} FROM taken GROUP BY {keys}) AS folds
         WHERE ROW({columns}) <> ROW({empty});
    """


def days_to_fold():
    """SQL of all days of which an organisation has more rows than one."""
    return " UNION ".join(
        f"SELECT day FROM {table} WHERE organisation_id = folded GROUP BY {keys} HAVING count(*) > 1"
        for table, keys, *_ in TABLES
    )


FOLD = f"""
    CREATE OR REPLACE FUNCTION leads_fold_days(folded uuid, days date[], waits boolean)
    RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
        turn bigint := hashtextextended('leads_fold_days ' || folded, 0);
    BEGIN
        IF waits THEN
            PERFORM pg_advisory_xact_lock(turn);
        ELSIF NOT pg_try_advisory_xact_lock(turn) THEN
            RETURN;
        END IF;
        IF days IS NULL THEN
            SELECT array_agg(day) INTO days FROM ({days_to_fold()}) AS all_days;
        END IF;
        {"".join(fold(*table) for table in TABLES)}
    END
    $$;
"""


GUARD = f"""
        IF NOT EXISTS (
            SELECT FROM after_rows AS now_is JOIN before_rows AS was USING (id)
             WHERE ROW({", ".join(f"now_is.{column}" for column in COUNTED)})
                   IS DISTINCT FROM ROW({", ".join(f"was.{column}" for column in COUNTED)})
        ) THEN
            RETURN NULL;
        END IF;
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0015_leads_of_a_person")]

    operations = [
        migrations.RunSQL(FOLD, fold_days(create=REPLACE)),
        migrations.RunSQL(on_update(create=REPLACE, first=GUARD), on_update(create=REPLACE)),
    ]
