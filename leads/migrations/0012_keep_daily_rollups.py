"""The triggers that keep the daily figures, and what stands by then.

They work once a statement, from its changed rows, and only add rows: differences. So writers never
wait for each other. One statement in ten folds the days that it touched into one row a figure,
leaving out rows that another transaction is folding. Filling the tables reads the leads once and
keeps writes out meanwhile, which for a million leads is seconds.
"""

# ruff: noqa: S608 -- put together from constants

from django.db import migrations

from leads.migrations._daily_figures import (
    ADDED,
    TAKEN_AWAY,
    fold_days,
    on_change,
    on_update,
    write,
)


def trigger(operation, tables):
    """SQL of the trigger on one operation."""
    return f"""CREATE TRIGGER leads_lead_days_{operation} AFTER {operation} ON leads_lead
        REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION leads_lead_days_{operation}();
    """


KEEP = f"""
    CREATE FUNCTION leads_agency_day(moment timestamptz) RETURNS date LANGUAGE sql STABLE AS $$
        SELECT (moment AT TIME ZONE 'Europe/London')::date
    $$;
    CREATE FUNCTION leads_contact_bucket(waited interval) RETURNS smallint LANGUAGE sql STABLE AS $$
        SELECT floor(
            ln(1 + GREATEST(extract(epoch FROM waited), 0)::float8 / 60) / ln(1.1::float8)
        )::smallint
    $$;
    {fold_days()}
    {on_change("insert", ADDED)}{trigger("insert", "NEW TABLE AS after_rows")}
    {on_update()}{trigger("update", "OLD TABLE AS before_rows NEW TABLE AS after_rows")}
    {on_change("delete", TAKEN_AWAY, always_folds=True)}{trigger("delete", "OLD TABLE AS before_rows")}
    {write(ADDED.replace("after_rows", "leads_lead"))}
"""
LEAVE = """
    DROP TRIGGER leads_lead_days_insert ON leads_lead;
    DROP TRIGGER leads_lead_days_update ON leads_lead;
    DROP TRIGGER leads_lead_days_delete ON leads_lead;
    DROP FUNCTION leads_lead_days_insert();
    DROP FUNCTION leads_lead_days_update();
    DROP FUNCTION leads_lead_days_delete();
    DROP FUNCTION leads_fold_days(uuid, date[], boolean);
    DROP FUNCTION leads_contact_bucket(interval);
    DROP FUNCTION leads_agency_day(timestamptz);
    DELETE FROM leads_leadday;
    DELETE FROM leads_areaday;
    DELETE FROM leads_contactday;
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0011_fill_first_contact")]

    operations = [migrations.RunSQL(KEEP, LEAVE)]
