"""An update of a conversation stamps `updated_at` and no longer `written_xid`, which nothing reads.

The column goes in the next migration. Replacing the function waits for nobody.
"""

from django.db import migrations

STAMP = """
    CREATE OR REPLACE FUNCTION conversations_conversation_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.updated_at = OLD.updated_at AND ROW(
            NEW.lead_id, NEW.channel, NEW.status, NEW.languages_used, NEW.created_at,
            NEW.last_message_at
        ) IS DISTINCT FROM ROW(
            OLD.lead_id, OLD.channel, OLD.status, OLD.languages_used, OLD.created_at,
            OLD.last_message_at
        ) THEN
            NEW.updated_at := GREATEST(
                clock_timestamp(), OLD.updated_at + interval '1 microsecond'
            );
        END IF;
        RETURN NEW;
    END
    $$;
"""
STAMP_WITH_XID = """
    CREATE OR REPLACE FUNCTION conversations_conversation_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.written_xid := pg_current_xact_id();
        IF NEW.updated_at = OLD.updated_at AND ROW(
            NEW.lead_id, NEW.channel, NEW.status, NEW.languages_used, NEW.created_at,
            NEW.last_message_at
        ) IS DISTINCT FROM ROW(
            OLD.lead_id, OLD.channel, OLD.status, OLD.languages_used, OLD.created_at,
            OLD.last_message_at
        ) THEN
            NEW.updated_at := GREATEST(
                clock_timestamp(), OLD.updated_at + interval '1 microsecond'
            );
        END IF;
        RETURN NEW;
    END
    $$;
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0007_known_values_hold")]

    operations = [migrations.RunSQL(STAMP, STAMP_WITH_XID)]
