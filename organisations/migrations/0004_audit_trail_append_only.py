"""The audit trail is written once: UPDATE and DELETE are refused, whoever asks."""

from django.db import migrations

APPEND_ONLY = """
    CREATE FUNCTION organisations_auditentry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'organisations_auditentry is append-only: % is refused', TG_OP
            USING ERRCODE = 'restrict_violation';
    END
    $$;
    CREATE TRIGGER organisations_auditentry_append_only
        BEFORE UPDATE OR DELETE ON organisations_auditentry
        FOR EACH STATEMENT EXECUTE FUNCTION organisations_auditentry_append_only();
"""
NOT_APPEND_ONLY = """
    DROP TRIGGER organisations_auditentry_append_only ON organisations_auditentry;
    DROP FUNCTION organisations_auditentry_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("organisations", "0003_audit_trail")]

    operations = [migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY)]
