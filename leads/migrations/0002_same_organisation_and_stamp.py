"""Rules that Django's models cannot say: keys over (organisation_id, ...) and the UPDATE trigger."""

from django.db import migrations

from foundation.frozen import same_organisation_key

STAMP = """
    CREATE FUNCTION leads_lead_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.written_xid := pg_current_xact_id();
        IF NEW.updated_at = OLD.updated_at AND ROW(
                NEW."name", NEW."email", NEW."phone", NEW."status",
                NEW."score", NEW."source", NEW."summary", NEW."intent",
                NEW."budget_min", NEW."budget_max", NEW."bedrooms_min",
                NEW."bedrooms_max", NEW."area", NEW."property_type",
                NEW."timeline", NEW."chain_status", NEW."financing_status",
                NEW."buyer_scheme", NEW."stamp_duty_position",
                NEW."viewing_requested", NEW."created_at"
            ) IS DISTINCT FROM ROW(
                OLD."name", OLD."email", OLD."phone", OLD."status",
                OLD."score", OLD."source", OLD."summary", OLD."intent",
                OLD."budget_min", OLD."budget_max", OLD."bedrooms_min",
                OLD."bedrooms_max", OLD."area", OLD."property_type",
                OLD."timeline", OLD."chain_status", OLD."financing_status",
                OLD."buyer_scheme", OLD."stamp_duty_position",
                OLD."viewing_requested", OLD."created_at"
            ) THEN
            NEW.updated_at := GREATEST(
                clock_timestamp(), OLD.updated_at + interval '1 microsecond'
            );
        END IF;
        RETURN NEW;
    END
    $$;
    CREATE TRIGGER leads_lead_stamp BEFORE UPDATE ON leads_lead
        FOR EACH ROW EXECUTE FUNCTION leads_lead_stamp();
"""
NO_STAMP = """
    DROP TRIGGER leads_lead_stamp ON leads_lead;
    DROP FUNCTION leads_lead_stamp();
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial")]

    operations = [
        migrations.RunSQL(*same_organisation_key("leads_lead", "merged_into_id", "leads_lead")),
        migrations.RunSQL(*same_organisation_key("leads_leadevent", "lead_id", "leads_lead")),
        migrations.RunSQL(STAMP, NO_STAMP),
    ]
