"""What PostgreSQL does by itself with audit entries and admins: each function and trigger, whole.

Migrations put them into the database, each with its own text; this is what they come to, and a test
holds it against the database. Whoever changes one here writes a migration that says the same.
"""

# The audit trail is written once: UPDATE and DELETE are refused, whoever asks.
AUDIT_TRAIL_APPEND_ONLY = """
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

# An organisation that has an active admin keeps one, whoever writes and however many at once. Who
# takes an admin away locks the organisation's row first: of two that take away the last two, the
# second waits there, and its look at who is left comes after the first has committed. After a
# deletion it is looked at when the transaction ends, so that an organisation can go with all its
# people.
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

TRIGGERS = (AUDIT_TRAIL_APPEND_ONLY, AN_ADMIN_STAYS)
