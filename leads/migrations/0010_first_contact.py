"""The trigger that keeps how far a lead came and when it was first contacted.

Whoever changes a status (a page, the API, a change of thousands) changes these with it. Being
contacted, qualified or converted is a contact; being lost, rejected or archived is none and takes
none away; and a lead that is put back to wait, or whose move is undone, waits for its first contact
again. A row that is written with a status at once has come so far, at a time that only its writer
can tell.
"""

from django.db import migrations

FIRST_CONTACT = """
    CREATE FUNCTION leads_lead_first_contact() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.status IN ('new', 'hot', 'warm', 'cold') THEN
            NEW.reached := 0;
            NEW.first_contacted_at := NULL;
        ELSIF NEW.status IN ('contacted', 'qualified', 'converted') THEN
            NEW.reached := GREATEST(NEW.reached, CASE NEW.status
                WHEN 'contacted' THEN 1 WHEN 'qualified' THEN 2 ELSE 3 END);
            IF TG_OP = 'UPDATE' THEN
                NEW.first_contacted_at := COALESCE(NEW.first_contacted_at, statement_timestamp());
            END IF;
        END IF;
        RETURN NEW;
    END
    $$;
    CREATE TRIGGER leads_lead_first_contact_insert BEFORE INSERT ON leads_lead
        FOR EACH ROW
        WHEN (NEW.reached = 0 AND NEW.status IN ('contacted', 'qualified', 'converted'))
        EXECUTE FUNCTION leads_lead_first_contact();
    CREATE TRIGGER leads_lead_first_contact_update BEFORE UPDATE OF status ON leads_lead
        FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
        EXECUTE FUNCTION leads_lead_first_contact();
"""
NO_FIRST_CONTACT = """
    DROP TRIGGER leads_lead_first_contact_insert ON leads_lead;
    DROP TRIGGER leads_lead_first_contact_update ON leads_lead;
    DROP FUNCTION leads_lead_first_contact();
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0009_daily_rollups")]

    operations = [migrations.RunSQL(FIRST_CONTACT, NO_FIRST_CONTACT)]
