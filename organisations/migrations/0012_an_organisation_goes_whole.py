"""That an admin stays is looked at, after a deletion, when the transaction ends.

So an organisation can go with all its people; while it stands, its last admin still cannot.
"""

from django.db import migrations


def rule(*, organisation_stands: str) -> str:
    """The rule of 0022, held where the condition about the organisation's row is met."""
    return f"""
        CREATE OR REPLACE FUNCTION organisations_user_an_admin_stays()
        RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM FROM organisations_organisation
                WHERE id = OLD.organisation_id FOR NO KEY UPDATE;
            IF {organisation_stands} AND NOT EXISTS (
                SELECT FROM organisations_user
                WHERE organisation_id = OLD.organisation_id AND role = 'admin' AND is_active
            ) THEN
                RAISE EXCEPTION 'the last admin of an organisation stays'
                    USING ERRCODE = 'check_violation',
                          CONSTRAINT = 'organisations_user_an_admin_stays',
                          DETAIL = 'organisations_user_an_admin_stays';
            END IF;
            RETURN NULL;
        END
        $$;
    """


def when_deleted(kind: str, deferral: str) -> str:
    return f"""
        DROP TRIGGER organisations_user_an_admin_stays_when_deleted ON organisations_user;
        CREATE {kind} organisations_user_an_admin_stays_when_deleted
            AFTER DELETE ON organisations_user {deferral}
            FOR EACH ROW WHEN (OLD.role = 'admin' AND OLD.is_active)
            EXECUTE FUNCTION organisations_user_an_admin_stays();
    """


class Migration(migrations.Migration):
    dependencies = [("organisations", "0011_audit_filters")]

    operations = [
        migrations.RunSQL(
            rule(organisation_stands="FOUND")
            + when_deleted("CONSTRAINT TRIGGER", "DEFERRABLE INITIALLY DEFERRED"),
            rule(organisation_stands="true") + when_deleted("TRIGGER", ""),
        ),
    ]
