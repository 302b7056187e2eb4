"""Fill the search column of leads that are there already, in batches of their own transaction."""

from django.db import migrations, transaction

from leads.search import document

BATCH = 1000


def fill(apps, schema_editor):
    leads = apps.get_model("leads", "Lead").objects.order_by("id")
    last = None
    while True:
        rows = leads.filter(search="") if last is None else leads.filter(search="", id__gt=last)
        batch = list(rows.defer("search")[:BATCH])
        if not batch:
            return
        last = batch[-1].id
        with transaction.atomic():
            for lead in batch:
                lead.search = document(
                    lead.organisation_id, lead, source=lead.source, score=lead.score
                )
            leads.bulk_update(batch, ["search"])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0004_same_agency_and_tally")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
