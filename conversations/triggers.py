"""What PostgreSQL does by itself with conversations: each function and trigger, whole.

Migrations put them into the database, each with its own text; this is what they come to, and a test
holds it against the database. Whoever changes one here writes a migration that says the same.
"""

# `updated_at` moves when something changes that the JSON shows, by the database's clock and never
# backwards: an update that waited for the row's lock began before the one it waited for, so the
# transaction's own time would not do. `last_message_at` is not in the JSON, but a new message moves
# its conversation's `updated_at`.
STAMP = """
CREATE FUNCTION conversations_conversation_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE TRIGGER conversations_conversation_stamp BEFORE UPDATE ON conversations_conversation
    FOR EACH ROW EXECUTE FUNCTION conversations_conversation_stamp();
"""

TRIGGERS = (STAMP,)
