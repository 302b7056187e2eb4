"""Names as they were, kept in audit entries from now on. Its rows are checked while others write.

The column is NULL in what stands, which the trigger lets nobody fill in: those entries go on being
told by the names of the day on which they are read, and their hashes stand: the chain has no line
for names where there are none.

Backwards, names are lost, and with them the fit of the entries that had some.
"""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

_NO_LEAD = "organisations_auditentry_names_no_lead"

SAID = """
    CREATE OR REPLACE FUNCTION organisations_auditentry_said(entry organisations_auditentry)
    RETURNS text LANGUAGE sql STABLE AS $$
        SELECT concat_ws(
            E'\\n', entry.organisation_id, entry.position, entry.id,
            to_char(timezone('UTC', entry.created_at), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            entry.action, entry.actor_kind, coalesce(entry.actor_id::pg_catalog.text, ''),
            coalesce(host(entry.address), ''), entry.target_kind,
            coalesce(entry.target_id::pg_catalog.text, ''), entry.details%s
        )
    $$;
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("organisations", "0019_transcripts_taken")]

    operations = [
        migrations.AddField(
            "auditentry",
            "names",
            models.JSONField(
                null=True, help_text="what was called how; NULL: written before names were kept"
            ),
        ),
        migrations.RunSQL(SAID % ", entry.names", SAID % ""),
        AddConstraintNotValid(
            "auditentry",
            models.CheckConstraint(
                name=_NO_LEAD,
                condition=~Q(target_kind__one_of=["lead", "leads"]) | ~Q(names__has_key="target"),
            ),
        ),
        ValidateConstraint("auditentry", _NO_LEAD),
    ]
