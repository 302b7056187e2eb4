"""How long a lead waited for its first contact in open hours: kept with it, and by days.

Contacts of before have none. It could be reckoned, but by hours that nobody had set yet, and it
would then stay so: figures in open hours begin with this migration.
"""

# ruff: noqa: S608 -- put together from constants

from django.db import migrations, models
from django.db.models import Q

from leads.migrations._daily_figures import (
    ADDED,
    COLUMNS,
    NOTHING,
    SUMS,
    TAKEN_AWAY,
    on_change,
)

REPLACE = "CREATE OR REPLACE"

OPEN_TIME = """
    CREATE FUNCTION leads_lead_open_time() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.contact_open_seconds := CASE WHEN NEW.first_contacted_at IS NOT NULL THEN
            organisations_open_seconds(NEW.organisation_id, NEW.created_at, NEW.first_contacted_at)
        END;
        RETURN NEW;
    END
    $$;
    CREATE TRIGGER leads_lead_open_time_insert BEFORE INSERT ON leads_lead
        FOR EACH ROW WHEN (NEW.first_contacted_at IS NOT NULL)
        EXECUTE FUNCTION leads_lead_open_time();
    CREATE TRIGGER leads_lead_open_time_update BEFORE UPDATE ON leads_lead
        FOR EACH ROW WHEN (OLD.first_contacted_at IS DISTINCT FROM NEW.first_contacted_at)
        EXECUTE FUNCTION leads_lead_open_time();
"""
NO_OPEN_TIME = """
    DROP TRIGGER leads_lead_open_time_insert ON leads_lead;
    DROP TRIGGER leads_lead_open_time_update ON leads_lead;
    DROP FUNCTION leads_lead_open_time();
"""

# --- The daily figures: their functions of before, and what is different ---------------------------
COUNTED = (
    "organisation_id", "merged_into_id", "created_at", "first_contacted_at", "score", "source",
    "area", "reached", "viewing_requested",
)  # fmt: skip
TABLES = (
    ("leads_leadday", "day", COLUMNS, SUMS, NOTHING),
    ("leads_areaday", "day, area", "leads", "sum(leads) AS leads", "0"),
    ("leads_contactday", "whole_month, day, bucket", "leads", "sum(leads) AS leads", "0"),
)
BUCKET = "leads_contact_bucket(first_contacted_at - created_at) AS bucket"
OPEN_BUCKET = f"""{BUCKET},
               CASE WHEN contact_open_seconds > 0
                    THEN leads_contact_bucket(make_interval(secs => contact_open_seconds))
                    WHEN contact_open_seconds = 0 THEN -1 END AS open_bucket"""
CONTACTS = """INSERT INTO leads_contactday (organisation_id, whole_month, day, bucket, leads)
        SELECT organisation_id, whole_month,
               CASE WHEN whole_month THEN contact_month ELSE contact_day END, bucket, sum(sign)
          FROM changes CROSS JOIN (VALUES (false), (true)) AS grain (whole_month)
         WHERE contact_day IS NOT NULL GROUP BY 1, 2, 3, 4 HAVING sum(sign) <> 0;"""
CONTACTS_BY_BOTH = """INSERT INTO leads_contactday (
            organisation_id, whole_month, day, in_open_hours, bucket, leads
        )
        SELECT organisation_id, whole_month,
               CASE WHEN whole_month THEN contact_month ELSE contact_day END, in_open_hours,
               CASE WHEN in_open_hours THEN open_bucket ELSE bucket END, sum(sign)
          FROM changes
         CROSS JOIN (VALUES (false), (true)) AS grain (whole_month)
         CROSS JOIN (VALUES (false), (true)) AS clock (in_open_hours)
         WHERE contact_day IS NOT NULL AND (open_bucket IS NOT NULL OR NOT in_open_hours)
         GROUP BY 1, 2, 3, 4, 5 HAVING sum(sign) <> 0;"""


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


def fold_days(tables):
    """SQL of the function that folds an organisation's days."""
    several = " UNION ".join(
        f"SELECT day FROM {table} WHERE organisation_id = folded GROUP BY {keys} HAVING count(*) > 1"
        for table, keys, *_ in tables
    )
    return f"""{REPLACE} FUNCTION leads_fold_days(folded uuid, days date[], waits boolean)
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
            SELECT array_agg(day) INTO days FROM ({several}) AS all_days;
        END IF;
        {"".join(fold(*table) for table in tables)}
    END
    $$;"""


def guard(columns):
    """SQL by which a change that moves no figure ends at once."""
    return f"""
        IF NOT EXISTS (
            SELECT FROM after_rows AS now_is JOIN before_rows AS was USING (id)
             WHERE ROW({", ".join(f"now_is.{column}" for column in columns)})
                   IS DISTINCT FROM ROW({", ".join(f"was.{column}" for column in columns)})
        ) THEN
            RETURN NULL;
        END IF;
"""


def triggers(columns):
    """SQL of the three functions that keep the figures."""
    changed = f"{ADDED} UNION ALL {TAKEN_AWAY}"
    return (
        on_change("insert", ADDED, create=REPLACE)
        + on_change("update", changed, create=REPLACE, first=guard(columns))
        + on_change("delete", TAKEN_AWAY, create=REPLACE, always_folds=True)
    )


def by_both(sql):
    """The same, of contacts by the clock and in open hours."""
    return sql.replace(BUCKET, OPEN_BUCKET).replace(CONTACTS, CONTACTS_BY_BOTH)


KEYS_OF_BOTH = "whole_month, day, in_open_hours, bucket"
TABLES_BY_BOTH = (*TABLES[:2], ("leads_contactday", KEYS_OF_BOTH, *TABLES[2][2:]))
COUNTED_OF_BOTH = (*COUNTED[:4], "contact_open_seconds", *COUNTED[4:])


def index_of_contacts(*more):
    return models.Index(
        name="leads_contactday_by_day",
        fields=["organisation", "whole_month", "day"],
        include=[*more, "bucket", "leads"],
    )


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0033_score_weights"),
        ("organisations", "0043_opening_hours"),
    ]

    operations = [
        migrations.AddField(
            "lead",
            "contact_open_seconds",
            models.IntegerField(null=True, editable=False, help_text="0: answered out of hours"),
        ),
        migrations.AddField(
            "contactday",
            "in_open_hours",
            models.BooleanField(
                default=False,
                db_default=False,
                help_text="then `bucket` is of open time, or OUT_OF_HOURS",
            ),
        ),
        migrations.RemoveConstraint("contactday", "leads_contactday_bucket_from_zero"),
        migrations.AddConstraint(
            "contactday",
            models.CheckConstraint(
                name="leads_contactday_bucket_from_zero",
                condition=Q(bucket__gte=0) | Q(bucket=-1, in_open_hours=True),
            ),
        ),
        migrations.RemoveIndex("contactday", "leads_contactday_by_day"),
        migrations.AddIndex("contactday", index_of_contacts("in_open_hours")),
        migrations.RunSQL(
            migrations.RunSQL.noop, "DELETE FROM leads_contactday WHERE in_open_hours"
        ),
        migrations.RunSQL(fold_days(TABLES_BY_BOTH), fold_days(TABLES)),
        migrations.RunSQL(by_both(triggers(COUNTED_OF_BOTH)), triggers(COUNTED)),
        migrations.RunSQL(OPEN_TIME, NO_OPEN_TIME),
    ]
