"""Room for the chain of the audit trail: a place and a hash for each entry, and each chain's end.

What stands gets the columns' defaults without being rewritten; the next migration chains it. The
trail is locked for a moment.
"""

from django.db import migrations, models

SAID = """
    CREATE FUNCTION organisations_auditentry_said(entry organisations_auditentry)
    RETURNS text LANGUAGE sql STABLE AS $$
        SELECT concat_ws(
            E'\\n', entry.organisation_id, entry.position, entry.id,
            to_char(timezone('UTC', entry.created_at), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            entry.action, entry.actor_kind, coalesce(entry.actor_id::pg_catalog.text, ''),
            coalesce(host(entry.address), ''), entry.target_kind,
            coalesce(entry.target_id::pg_catalog.text, ''), entry.details
        )
    $$;
"""


class Migration(migrations.Migration):
    dependencies = [("organisations", "0015_known_values_hold")]

    operations = [
        migrations.AddField(
            "auditentry",
            "position",
            models.BigIntegerField(db_default=0, help_text="from 1, within the organisation"),
        ),
        migrations.AddField(
            "auditentry",
            "hash",
            models.BinaryField(db_default=b"", help_text="SHA-256 over it and the one before it"),
        ),
        migrations.CreateModel(
            "AuditHead",
            [
                ("organisation_id", models.UUIDField(primary_key=True, serialize=False)),
                ("position", models.BigIntegerField(help_text="of the last entry")),
                ("hash", models.BinaryField(help_text="of the last entry")),
                ("written_at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(
            SAID, "DROP FUNCTION organisations_auditentry_said(organisations_auditentry);"
        ),
    ]
