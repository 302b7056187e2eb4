"""Rules that Django's models cannot say: keys over (organisation_id, ...) and the UPDATE trigger."""

from django.db import migrations

from foundation.frozen import same_organisation_key

# `last_message_at` is not in the JSON, but a new message moves its conversation's `updated_at`.
STAMP = """
    CREATE FUNCTION conversations_conversation_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.written_xid := pg_current_xact_id();
        IF NEW.updated_at = OLD.updated_at AND ROW(
                NEW."lead_id", NEW."channel", NEW."status",
                NEW."languages_used", NEW."created_at",
                NEW."last_message_at"
            ) IS DISTINCT FROM ROW(
                OLD."lead_id", OLD."channel", OLD."status",
                OLD."languages_used", OLD."created_at",
                OLD."last_message_at"
            ) THEN
            NEW.updated_at := GREATEST(
                clock_timestamp(), OLD.updated_at + interval '1 microsecond'
            );
        END IF;
        RETURN NEW;
    END
    $$;
    CREATE TRIGGER conversations_conversation_stamp BEFORE UPDATE ON conversations_conversation
        FOR EACH ROW EXECUTE FUNCTION conversations_conversation_stamp();
"""
NO_STAMP = """
    DROP TRIGGER conversations_conversation_stamp ON conversations_conversation;
    DROP FUNCTION conversations_conversation_stamp();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0001_initial"),
        ("leads", "0002_same_organisation_and_stamp"),
    ]

    operations = [
        migrations.RunSQL(
            *same_organisation_key("conversations_conversation", "lead_id", "leads_lead")
        ),
        migrations.RunSQL(
            *same_organisation_key(
                "conversations_message", "conversation_id", "conversations_conversation"
            )
        ),
        migrations.RunSQL(STAMP, NO_STAMP),
    ]
