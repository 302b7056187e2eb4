"""Keys over (organisation_id, ...) of the new columns, and the trigger that keeps the tally.

The trigger works once a statement, from its changed rows, and only adds rows, so that writers never
wait for each other. Now and then it folds an organisation's rows into one a status, leaving out any
that another transaction is folding. Filling the tally reads the whole table once and keeps writes
out meanwhile, which for a million leads is seconds.
"""

from django.db import migrations

from foundation.frozen import same_organisation_key

TALLY = """
    CREATE FUNCTION leads_lead_tally() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO leads_leadtally (organisation_id, status, leads)
            SELECT organisation_id, status, count(*) FROM after_rows
             WHERE merged_into_id IS NULL GROUP BY organisation_id, status;
        ELSIF TG_OP = 'DELETE' THEN
            INSERT INTO leads_leadtally (organisation_id, status, leads)
            SELECT organisation_id, status, -count(*) FROM before_rows
             WHERE merged_into_id IS NULL GROUP BY organisation_id, status;
        ELSE
            INSERT INTO leads_leadtally (organisation_id, status, leads)
            SELECT organisation_id, status, sum(change) FROM (
                SELECT organisation_id, status, 1 AS change FROM after_rows
                 WHERE merged_into_id IS NULL
                UNION ALL
                SELECT organisation_id, status, -1 FROM before_rows
                 WHERE merged_into_id IS NULL
            ) AS changes
            GROUP BY organisation_id, status HAVING sum(change) <> 0;
        END IF;
        IF random() < 0.02 THEN
            IF TG_OP = 'DELETE' THEN
                PERFORM leads_lead_tally_fold(organisation_id)
                   FROM (SELECT DISTINCT organisation_id FROM before_rows) AS organisations;
            ELSE
                PERFORM leads_lead_tally_fold(organisation_id)
                   FROM (SELECT DISTINCT organisation_id FROM after_rows) AS organisations;
            END IF;
        END IF;
        RETURN NULL;
    END
    $$;
    CREATE FUNCTION leads_lead_tally_fold(folded uuid) RETURNS void LANGUAGE sql AS $$
        WITH taken AS (
            DELETE FROM leads_leadtally WHERE id IN (
                SELECT id FROM leads_leadtally WHERE organisation_id = folded
                 FOR UPDATE SKIP LOCKED
            ) RETURNING status, leads
        )
        INSERT INTO leads_leadtally (organisation_id, status, leads)
        SELECT folded, status, sum(leads) FROM taken
         GROUP BY status HAVING sum(leads) <> 0;
    $$;
    CREATE TRIGGER leads_lead_tally_insert AFTER INSERT ON leads_lead
        REFERENCING NEW TABLE AS after_rows
        FOR EACH STATEMENT EXECUTE FUNCTION leads_lead_tally();
    CREATE TRIGGER leads_lead_tally_update AFTER UPDATE ON leads_lead
        REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
        FOR EACH STATEMENT EXECUTE FUNCTION leads_lead_tally();
    CREATE TRIGGER leads_lead_tally_delete AFTER DELETE ON leads_lead
        REFERENCING OLD TABLE AS before_rows
        FOR EACH STATEMENT EXECUTE FUNCTION leads_lead_tally();
    INSERT INTO leads_leadtally (organisation_id, status, leads)
    SELECT organisation_id, status, count(*) FROM leads_lead
     WHERE merged_into_id IS NULL GROUP BY organisation_id, status;
"""
NO_TALLY = """
    DROP TRIGGER leads_lead_tally_insert ON leads_lead;
    DROP TRIGGER leads_lead_tally_update ON leads_lead;
    DROP TRIGGER leads_lead_tally_delete ON leads_lead;
    DROP FUNCTION leads_lead_tally();
    DROP FUNCTION leads_lead_tally_fold(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0003_workbench")]

    operations = [
        migrations.RunSQL(
            *same_organisation_key("leads_lead", "assignee_id", "organisations_user")
        ),
        migrations.RunSQL(
            *same_organisation_key("leads_savedview", "person_id", "organisations_user")
        ),
        migrations.RunSQL(TALLY, NO_TALLY),
    ]
