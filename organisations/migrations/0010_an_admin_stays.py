"""An organisation that has an active admin keeps one, whoever writes and however many at once.

Who takes an admin away locks the organisation's row first. Of two that take away the last two, the
second waits there, and its look at who is left comes after the first has committed. What is deleted
is looked at when the transaction ends, so that an organisation can go with all its people.
"""

from django.db import migrations

AN_ADMIN_STAYS = """
    CREATE FUNCTION organisations_user_an_admin_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM FROM organisations_organisation
            WHERE id = OLD.organisation_id FOR NO KEY UPDATE;
        IF FOUND AND NOT EXISTS (
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
    CREATE TRIGGER organisations_user_an_admin_stays
        AFTER UPDATE OF role, is_active, organisation_id ON organisations_user
        FOR EACH ROW
        WHEN (
            OLD.role = 'admin' AND OLD.is_active
            AND (
                NEW.role <> 'admin' OR NOT NEW.is_active
                OR NEW.organisation_id <> OLD.organisation_id
            )
        )
        EXECUTE FUNCTION organisations_user_an_admin_stays();
    CREATE CONSTRAINT TRIGGER organisations_user_an_admin_stays_when_deleted
        AFTER DELETE ON organisations_user
        DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (OLD.role = 'admin' AND OLD.is_active)
        EXECUTE FUNCTION organisations_user_an_admin_stays();
"""
NO_ADMIN_STAYS = """
    DROP TRIGGER organisations_user_an_admin_stays_when_deleted ON organisations_user;
    DROP TRIGGER organisations_user_an_admin_stays ON organisations_user;
    DROP FUNCTION organisations_user_an_admin_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("organisations", "0009_inviter_of_same_organisation")]

    operations = [migrations.RunSQL(AN_ADMIN_STAYS, NO_ADMIN_STAYS)]
