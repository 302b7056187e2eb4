"""What PostgreSQL does by itself with audit entries, admins and opening hours: each function and
trigger, whole.

Migrations put them into the database, each with its own text; this is what they come to, and a test
holds it against the database. Whoever changes one here writes a migration that says the same.
"""

# The audit trail is written once: UPDATE, DELETE and TRUNCATE are refused, whoever asks.
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

CREATE TRIGGER organisations_auditentry_never_emptied
    BEFORE TRUNCATE ON organisations_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION organisations_auditentry_append_only();
"""

# Each entry follows from the one before it of its agency (organisations/audit_chain.py): its place,
# its time and its hash are the database's own, whatever the statement says. The head's row is where
# the chain ends; its lock is held until the transaction does, so an agency's entries are written in
# the order of their positions, and whoever writes one has taken every other lock before. Entries
# of before names were kept have none, and concat_ws() no line for them: their hashes stand. The
# function runs as the tables' owner, for the server's own role may not write to the heads. So its
# names say their schema: a search path of its own would cost an entry as much as all the rest.
AUDIT_CHAIN = """
CREATE FUNCTION organisations_auditentry_said(entry organisations_auditentry)
RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(
        E'\\n', entry.organisation_id, entry.position, entry.id,
        to_char(timezone('UTC', entry.created_at), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        entry.action, entry.actor_kind, coalesce(entry.actor_id::pg_catalog.text, ''),
        coalesce(host(entry.address), ''), entry.target_kind,
        coalesce(entry.target_id::pg_catalog.text, ''), entry.details, entry.names
    )
$$;

CREATE FUNCTION organisations_auditentry_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    head public.organisations_audithead;
BEGIN
    SELECT * INTO head FROM public.organisations_audithead
     WHERE organisation_id = NEW.organisation_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        INSERT INTO public.organisations_audithead (organisation_id, position, hash, written_at)
        VALUES (NEW.organisation_id, 0, '', '-infinity') ON CONFLICT DO NOTHING;
        SELECT * INTO head FROM public.organisations_audithead
         WHERE organisation_id = NEW.organisation_id FOR NO KEY UPDATE;
    END IF;
    NEW.position := head.position + 1;
    NEW.created_at := GREATEST(clock_timestamp(), head.written_at + interval '1 microsecond');
    NEW.hash := sha256(convert_to(
        encode(head.hash, 'hex') || E'\\n' || public.organisations_auditentry_said(NEW), 'UTF8'
    ));
    UPDATE public.organisations_audithead
       SET position = NEW.position, hash = NEW.hash, written_at = NEW.created_at
     WHERE organisation_id = NEW.organisation_id;
    RETURN NEW;
END
$$;

CREATE TRIGGER organisations_auditentry_chain BEFORE INSERT ON organisations_auditentry
    FOR EACH ROW EXECUTE FUNCTION organisations_auditentry_chain();
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

# For how long an agency was open between two moments, in whole seconds, a begun one counted:
# organisations/hours/opening.py says by which rules, and leads' trigger asks.
OPEN_SECONDS = """
CREATE FUNCTION organisations_open_seconds(agency uuid, began timestamptz, ended timestamptz)
RETURNS integer LANGUAGE sql STABLE AS $$
    WITH days AS (
        SELECT days.day, CASE
                   WHEN special.minutes IS NOT NULL THEN special.minutes
                   WHEN holiday.day IS NOT NULL THEN '{}'
                   ELSE CASE extract(isodow FROM days.day)
                       WHEN 1 THEN monday WHEN 2 THEN tuesday WHEN 3 THEN wednesday
                       WHEN 4 THEN thursday WHEN 5 THEN friday WHEN 6 THEN saturday ELSE sunday
                   END
               END AS minutes
          FROM organisations_organisation AS ours
         CROSS JOIN generate_series(
                   date_trunc('day', began AT TIME ZONE 'Europe/London'),
                   date_trunc('day', ended AT TIME ZONE 'Europe/London'), interval '1 day'
               ) AS days (day)
          LEFT JOIN organisations_specialday AS special
            ON special.organisation_id = ours.id AND special.day = days.day::date
          LEFT JOIN organisations_bankholiday AS holiday
            ON holiday.nation = ours.nation AND holiday.day = days.day::date
         WHERE ours.id = agency
    ), spans AS (
        SELECT (day + make_interval(mins => minutes[place])) AT TIME ZONE 'Europe/London' AS opens,
               (day + make_interval(mins => minutes[place + 1])) AT TIME ZONE 'Europe/London'
                   AS closes
          FROM days CROSS JOIN generate_series(1, cardinality(minutes), 2) AS places (place)
    )
    SELECT coalesce(
               ceil(sum(extract(epoch FROM LEAST(ended, closes) - GREATEST(began, opens)))), 0
           )::integer
      FROM spans WHERE opens < ended AND closes > began AND began < ended
$$;
"""

TRIGGERS = (AUDIT_TRAIL_APPEND_ONLY, AUDIT_CHAIN, AN_ADMIN_STAYS, OPEN_SECONDS)
