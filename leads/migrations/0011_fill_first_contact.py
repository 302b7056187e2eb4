"""Read from their events how far leads came and when they were first contacted, in batches.

What counts is what happened since a lead last waited, as the trigger has it. A lead whose events
say nothing came as far as its status says, at a time that nobody knows.
"""

from django.db import migrations, transaction

BATCH = 2000

FILL = """
    WITH batch AS (
        SELECT id, organisation_id, status FROM leads_lead
         WHERE id > %(after)s ORDER BY id LIMIT %(batch)s
    ), moves AS (
        SELECT batch.id, event.created_at,
               CASE event."to" WHEN 'contacted' THEN 1 WHEN 'qualified' THEN 2 ELSE 3 END AS reached
          FROM batch JOIN leads_leadevent event
            ON event.organisation_id = batch.organisation_id AND event.lead_id = batch.id
         WHERE event.kind = 'status' AND event."to" IN ('contacted', 'qualified', 'converted')
           AND NOT EXISTS (
               SELECT FROM leads_leadevent put_back
                WHERE put_back.organisation_id = batch.organisation_id
                  AND put_back.lead_id = batch.id AND put_back.kind = 'status'
                  AND put_back."to" IN ('new', 'hot', 'warm', 'cold')
                  AND (put_back.created_at, put_back.id) > (event.created_at, event.id))
    ), found AS (
        SELECT batch.id, min(moves.created_at) AS contacted_at,
               GREATEST(coalesce(max(moves.reached), 0), CASE batch.status
                   WHEN 'contacted' THEN 1 WHEN 'qualified' THEN 2 WHEN 'converted' THEN 3 ELSE 0
               END) AS reached
          FROM batch LEFT JOIN moves USING (id)
         WHERE batch.status NOT IN ('new', 'hot', 'warm', 'cold')
         GROUP BY batch.id, batch.status
    ), filled AS (
        UPDATE leads_lead lead
           SET reached = found.reached, first_contacted_at = found.contacted_at
          FROM found WHERE lead.id = found.id AND found.reached > 0 AND lead.reached = 0
    )
    SELECT id FROM batch ORDER BY id DESC LIMIT 1
"""


def fill(apps, schema_editor):
    last = "00000000-0000-0000-0000-000000000000"
    with schema_editor.connection.cursor() as cursor:
        while last is not None:
            with transaction.atomic():
                cursor.execute(FILL, {"after": last, "batch": BATCH})
                row = cursor.fetchone()
            last = row[0] if row else None


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0010_first_contact")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
