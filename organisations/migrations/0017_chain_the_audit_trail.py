"""The entries that stand are chained, oldest first, and from then on each one that is written.

In batches of BATCH entries, each of which keeps the trail from being written to for a fraction of a
second: the rule that no entry is changed is lifted within it. What is younger than SETTLED may have
company yet from a transaction under way, so it waits for the last step, which locks the trail
against writing while it chains what is left and puts the trigger in its place.

Backwards, the trail is locked against writing and every entry is rewritten.
"""

from django.db import migrations, transaction

BATCH = 5000
SETTLED = "1 day"

CHAIN_OLD = """
    CREATE OR REPLACE FUNCTION organisations_auditentry_chain_old(
        chained uuid, before timestamptz, most bigint
    ) RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE
        entry organisations_auditentry;
        head organisations_audithead;
        done bigint := 0;
    BEGIN
        SELECT * INTO head FROM organisations_audithead WHERE organisation_id = chained;
        IF NOT FOUND THEN
            head := ROW(chained, 0, '\\x'::bytea, '-infinity'::timestamptz);
            INSERT INTO organisations_audithead SELECT head.*;
        END IF;
        FOR entry IN
            SELECT * FROM organisations_auditentry
             WHERE organisation_id = chained AND position = 0
               AND (created_at >= head.written_at OR before = 'infinity') AND created_at < before
             ORDER BY created_at, id LIMIT most
        LOOP
            entry.position := head.position + 1;
            entry.hash := sha256(convert_to(
                encode(head.hash, 'hex') || E'\\n' || organisations_auditentry_said(entry), 'UTF8'
            ));
            UPDATE organisations_auditentry SET position = entry.position, hash = entry.hash
             WHERE id = entry.id;
            head.position := entry.position;
            head.hash := entry.hash;
            head.written_at := entry.created_at;
            done := done + 1;
        END LOOP;
        UPDATE organisations_audithead
           SET position = head.position, hash = head.hash, written_at = head.written_at
         WHERE organisation_id = chained;
        RETURN done;
    END
    $$;
"""
NO_CHAIN_OLD = "DROP FUNCTION organisations_auditentry_chain_old(uuid, timestamptz, bigint);"
LIFTED = "ALTER TABLE organisations_auditentry DISABLE TRIGGER organisations_auditentry_append_only"
HELD = "ALTER TABLE organisations_auditentry ENABLE TRIGGER organisations_auditentry_append_only"
TO_CHAIN = "SELECT DISTINCT organisation_id FROM organisations_auditentry WHERE position = 0"

CHAIN = """
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
    CREATE TRIGGER organisations_auditentry_never_emptied
        BEFORE TRUNCATE ON organisations_auditentry
        FOR EACH STATEMENT EXECUTE FUNCTION organisations_auditentry_append_only();
"""
NO_CHAIN = """
    DROP TRIGGER organisations_auditentry_never_emptied ON organisations_auditentry;
    DROP TRIGGER organisations_auditentry_chain ON organisations_auditentry;
    DROP FUNCTION organisations_auditentry_chain();
"""
ALONE = "LOCK TABLE organisations_auditentry IN SHARE ROW EXCLUSIVE MODE"


def chain(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(CHAIN_OLD)
        cursor.execute("SELECT now() - %s::interval", [SETTLED])
        (settled,) = cursor.fetchone()
        for organisation_id in to_chain(cursor):
            while chain_old(cursor, organisation_id, settled, BATCH) == BATCH:
                pass
        with transaction.atomic():
            cursor.execute(ALONE)
            for organisation_id in to_chain(cursor):
                chain_old(cursor, organisation_id, "infinity", None)
            cursor.execute(CHAIN)
        cursor.execute(NO_CHAIN_OLD)


def to_chain(cursor):
    """The organisations that have entries without a place."""
    cursor.execute(TO_CHAIN)
    return [organisation_id for (organisation_id,) in cursor.fetchall()]


def chain_old(cursor, organisation_id, before, most):
    """How many entries were chained, in one transaction."""
    with transaction.atomic():
        cursor.execute(LIFTED)
        cursor.execute(
            "SELECT organisations_auditentry_chain_old(%s, %s, %s)",
            [organisation_id, before, most],
        )
        (done,) = cursor.fetchone()
        cursor.execute(HELD)
    return done


def unchain(apps, schema_editor):
    with transaction.atomic(), schema_editor.connection.cursor() as cursor:
        cursor.execute(ALONE)
        cursor.execute(NO_CHAIN)
        cursor.execute(LIFTED)
        cursor.execute("UPDATE organisations_auditentry SET position = 0, hash = ''")
        cursor.execute("DELETE FROM organisations_audithead")
        cursor.execute(HELD)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("organisations", "0016_audit_chain")]

    operations = [migrations.RunPython(chain, unchain)]
