"""An update of a lead stamps `updated_at` and no longer `written_xid`, which nothing reads.

The column goes in the next migration. Replacing the function waits for nobody.
"""

from django.db import migrations

STAMP = """
    CREATE OR REPLACE FUNCTION leads_lead_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.updated_at = OLD.updated_at AND ROW(
            NEW.name, NEW.email, NEW.phone, NEW.status, NEW.score, NEW.source, NEW.summary,
            NEW.intent, NEW.budget_min, NEW.budget_max, NEW.bedrooms_min, NEW.bedrooms_max,
            NEW.area, NEW.property_type, NEW.timeline, NEW.chain_status,
            NEW.financing_status, NEW.buyer_scheme, NEW.stamp_duty_position,
            NEW.viewing_requested, NEW.created_at
        ) IS DISTINCT FROM ROW(
            OLD.name, OLD.email, OLD.phone, OLD.status, OLD.score, OLD.source, OLD.summary,
            OLD.intent, OLD.budget_min, OLD.budget_max, OLD.bedrooms_min, OLD.bedrooms_max,
            OLD.area, OLD.property_type, OLD.timeline, OLD.chain_status,
            OLD.financing_status, OLD.buyer_scheme, OLD.stamp_duty_position,
            OLD.viewing_requested, OLD.created_at
        ) THEN
            NEW.updated_at := GREATEST(
                clock_timestamp(), OLD.updated_at + interval '1 microsecond'
            );
        END IF;
        RETURN NEW;
    END
    $$;
"""
STAMP_WITH_XID = """
    CREATE OR REPLACE FUNCTION leads_lead_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.written_xid := pg_current_xact_id();
        IF NEW.updated_at = OLD.updated_at AND ROW(
            NEW.name, NEW.email, NEW.phone, NEW.status, NEW.score, NEW.source, NEW.summary,
            NEW.intent, NEW.budget_min, NEW.budget_max, NEW.bedrooms_min, NEW.bedrooms_max,
            NEW.area, NEW.property_type, NEW.timeline, NEW.chain_status,
            NEW.financing_status, NEW.buyer_scheme, NEW.stamp_duty_position,
            NEW.viewing_requested, NEW.created_at
        ) IS DISTINCT FROM ROW(
            OLD.name, OLD.email, OLD.phone, OLD.status, OLD.score, OLD.source, OLD.summary,
            OLD.intent, OLD.budget_min, OLD.budget_max, OLD.bedrooms_min, OLD.bedrooms_max,
            OLD.area, OLD.property_type, OLD.timeline, OLD.chain_status,
            OLD.financing_status, OLD.buyer_scheme, OLD.stamp_duty_position,
            OLD.viewing_requested, OLD.created_at
        ) THEN
            NEW.updated_at := GREATEST(
                clock_timestamp(), OLD.updated_at + interval '1 microsecond'
            );
        END IF;
        RETURN NEW;
    END
    $$;
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0019_known_values_hold")]

    operations = [migrations.RunSQL(STAMP, STAMP_WITH_XID)]
