"""The SQL that keeps the daily figures, for two migrations: frozen, as foundation/frozen.py is."""

# ruff: noqa: S608 -- put together from this module's own constants

COUNTED = """organisation_id, score, source, area, reached, viewing_requested,
               leads_agency_day(created_at) AS day,
               leads_agency_day(first_contacted_at) AS contact_day,
               date_trunc('month', leads_agency_day(first_contacted_at)::timestamp)::date
                   AS contact_month,
               leads_contact_bucket(first_contacted_at - created_at) AS bucket"""
ADDED = f"SELECT 1 AS sign, {COUNTED} FROM after_rows WHERE merged_into_id IS NULL"
TAKEN_AWAY = f"SELECT -1 AS sign, {COUNTED} FROM before_rows WHERE merged_into_id IS NULL"

# What each column of leads_leadday counts.
FIGURES = {
    "leads": "true",
    "hot": "score >= 70",
    "warm": "score BETWEEN 40 AND 69",
    "cold": "score < 40",
    "website": "source = 'website'",
    "sms": "source = 'sms'",
    "email": "source = 'email'",
    "contacted": "reached >= 1",
    "qualified": "reached >= 2",
    "converted": "reached >= 3",
    "viewings": "viewing_requested",
}
COLUMNS = ", ".join(FIGURES)
COUNTS = ", ".join(
    f"coalesce(sum(sign) FILTER (WHERE {condition}), 0) AS {name}"
    for name, condition in FIGURES.items()
)
SUMS = ", ".join(f"sum({name}) AS {name}" for name in FIGURES)
NOTHING = ", ".join("0" for _ in FIGURES)


def write(changes):
    """SQL that adds to all three tables what the changed rows bring and take away."""
    return f"""
        WITH changes AS MATERIALIZED ({changes}), days AS (
            INSERT INTO leads_leadday (organisation_id, day, {COLUMNS})
            SELECT * FROM (
                SELECT organisation_id, day, {COUNTS} FROM changes GROUP BY organisation_id, day
            ) AS differences WHERE ROW({COLUMNS}) <> ROW({NOTHING})
        ), areas AS (
            INSERT INTO leads_areaday (organisation_id, day, area, leads)
            SELECT organisation_id, day, area, sum(sign) FROM changes
             WHERE area IS NOT NULL
             GROUP BY organisation_id, day, area HAVING sum(sign) <> 0
        )
        INSERT INTO leads_contactday (organisation_id, whole_month, day, bucket, leads)
        SELECT organisation_id, whole_month,
               CASE WHEN whole_month THEN contact_month ELSE contact_day END, bucket, sum(sign)
          FROM changes CROSS JOIN (VALUES (false), (true)) AS grain (whole_month)
         WHERE contact_day IS NOT NULL GROUP BY 1, 2, 3, 4 HAVING sum(sign) <> 0;
    """


def on_change(operation, changes, *, always_folds=False, create="CREATE", first=""):
    """SQL of the function that one operation triggers; `first` is what it does before all else.

    Each has one of its own: the names of its transition tables are part of it.
    """
    touched = f"""
            SELECT organisation_id, array_agg(DISTINCT touched) AS days FROM (
                SELECT organisation_id, unnest(ARRAY[day, contact_day, contact_month]) AS touched
                  FROM ({changes}) AS changes
            ) AS changes GROUP BY organisation_id"""
    now_and_then = f"""
        IF drawn < 0.1 THEN
            PERFORM leads_fold_days(organisation_id, days, false) FROM ({touched}) AS touched
              WHERE cardinality(days) <= 10 OR drawn < 0.02;
        END IF;
    """
    if always_folds:
        now_and_then = f"""
        PERFORM leads_fold_days(organisation_id, days, true) FROM ({touched}) AS touched;
        """
    return f"""
    {create} FUNCTION leads_lead_days_{operation}() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        drawn float := random();
    BEGIN{first}
        {write(changes)}
        {now_and_then}
        RETURN NULL;
    END
    $$;
    """


def on_update(**more):
    """SQL of the function that an update triggers."""
    return on_change("update", f"{ADDED} UNION ALL {TAKEN_AWAY}", **more)


def fold(table, keys, columns, sums, empty):
    """SQL that makes one row of those of each key; `days` null means all of the organisation's."""
    return f"""
        WITH several AS (
            SELECT {keys} FROM {table}
             WHERE organisation_id = folded AND (days IS NULL OR day = ANY (days))
             GROUP BY {keys} HAVING count(*) > 1
        ), taken AS (
            DELETE FROM {table} WHERE id IN (
                SELECT id FROM {table}
                 WHERE organisation_id = folded AND ({keys}) IN (SELECT {keys} FROM several)
            ) RETURNING {keys}, {columns}
        )
        INSERT INTO {table} (organisation_id, {keys}, {columns})
        SELECT * FROM (SELECT folded, {keys}, {sums} FROM taken GROUP BY {keys}) AS folds
         WHERE ROW({columns}) <> ROW({empty});
    """


def fold_days(create="CREATE"):
    """SQL of the function that folds an organisation's days, as it was at first."""
    return f"""{create} FUNCTION leads_fold_days(folded uuid, days date[], waits boolean) RETURNS void
    LANGUAGE plpgsql AS $$
    DECLARE
        turn bigint := hashtextextended('leads_fold_days ' || folded, 0);
    BEGIN
        IF waits THEN
            PERFORM pg_advisory_xact_lock(turn);
        ELSIF NOT pg_try_advisory_xact_lock(turn) THEN
            RETURN;
        END IF;
        {fold("leads_leadday", "day", COLUMNS, SUMS, NOTHING)}
        {fold("leads_areaday", "day, area", "leads", "sum(leads) AS leads", "0")}
        {fold("leads_contactday", "whole_month, day, bucket", "leads", "sum(leads) AS leads", "0")}
    END
    $$;"""
