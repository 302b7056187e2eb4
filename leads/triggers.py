"""What PostgreSQL does by itself with leads: each function and trigger, whole.

Migrations put them into the database, each with its own text; this is what they come to, and a test
holds it against the database. Whoever changes one here writes a migration that says the same.
"""

# ruff: noqa: S608 -- put together from this module's own constants

# `updated_at` moves when something changes that the JSON shows, by the database's clock and never
# backwards: an update that waited for the row's lock began before the one it waited for, so the
# transaction's own time would not do.
STAMP = """
CREATE FUNCTION leads_lead_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.updated_at = OLD.updated_at AND ROW(
        NEW.name, NEW.email, NEW.phone, NEW.status, NEW.score, NEW.source, NEW.summary,
        NEW.intent, NEW.budget_min, NEW.budget_max, NEW.bedrooms_min, NEW.bedrooms_max,
        NEW.area, NEW.property_type, NEW.timeline, NEW.chain_status, NEW.financing_status,
        NEW.buyer_scheme, NEW.stamp_duty_position, NEW.viewing_requested, NEW.property_ref,
        NEW.origin_url, NEW.campaign, NEW.marketing_consent, NEW.created_at
    ) IS DISTINCT FROM ROW(
        OLD.name, OLD.email, OLD.phone, OLD.status, OLD.score, OLD.source, OLD.summary,
        OLD.intent, OLD.budget_min, OLD.budget_max, OLD.bedrooms_min, OLD.bedrooms_max,
        OLD.area, OLD.property_type, OLD.timeline, OLD.chain_status, OLD.financing_status,
        OLD.buyer_scheme, OLD.stamp_duty_position, OLD.viewing_requested, OLD.property_ref,
        OLD.origin_url, OLD.campaign, OLD.marketing_consent, OLD.created_at
    ) THEN
        NEW.updated_at := GREATEST(
            clock_timestamp(), OLD.updated_at + interval '1 microsecond'
        );
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER leads_lead_stamp BEFORE UPDATE ON leads_lead
    FOR EACH ROW EXECUTE FUNCTION leads_lead_stamp();
"""

# How far a lead came and when it was first contacted change with its status, whoever moves it.
# Being contacted, qualified or converted is a contact; being lost, rejected or archived is none and
# takes none away; a lead that is put back to wait waits for its first contact again. A row that is
# written with a status at once has come so far, at a time that only its writer can tell.
FIRST_CONTACT = """
CREATE FUNCTION leads_lead_first_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status IN ('new', 'hot', 'warm', 'cold') THEN
        NEW.reached := 0;
        NEW.first_contacted_at := NULL;
    ELSIF NEW.status IN ('contacted', 'qualified', 'converted') THEN
        NEW.reached := GREATEST(NEW.reached, CASE NEW.status
            WHEN 'contacted' THEN 1 WHEN 'qualified' THEN 2 ELSE 3 END);
        IF TG_OP = 'UPDATE' THEN
            NEW.first_contacted_at := COALESCE(NEW.first_contacted_at, statement_timestamp());
        END IF;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER leads_lead_first_contact_insert BEFORE INSERT ON leads_lead
    FOR EACH ROW
    WHEN (NEW.reached = 0 AND NEW.status IN ('contacted', 'qualified', 'converted'))
    EXECUTE FUNCTION leads_lead_first_contact();

CREATE TRIGGER leads_lead_first_contact_update BEFORE UPDATE OF status ON leads_lead
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION leads_lead_first_contact();
"""

# For how long the agency was open until the first contact: kept with its moment, whoever writes
# that, so that it stays when hours change. By its name it runs after the trigger above.
OPEN_TIME = """
CREATE FUNCTION leads_lead_open_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.contact_open_seconds := CASE WHEN NEW.first_contacted_at IS NOT NULL THEN
        organisations_open_seconds(NEW.organisation_id, NEW.created_at, NEW.first_contacted_at)
    END;
    RETURN NEW;
END
$$;

CREATE TRIGGER leads_lead_open_time_insert BEFORE INSERT ON leads_lead
    FOR EACH ROW WHEN (NEW.first_contacted_at IS NOT NULL)
    EXECUTE FUNCTION leads_lead_open_time();

CREATE TRIGGER leads_lead_open_time_update BEFORE UPDATE ON leads_lead
    FOR EACH ROW WHEN (OLD.first_contacted_at IS DISTINCT FROM NEW.first_contacted_at)
    EXECUTE FUNCTION leads_lead_open_time();
"""

# A lead that is lost no more has no reason for which it was, whoever moves it.
LOST_NO_MORE = """
CREATE FUNCTION leads_lead_lost_no_more() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.lost_reason := NULL;
    NEW.lost_words := NULL;
    RETURN NEW;
END
$$;

CREATE TRIGGER leads_lead_lost_no_more BEFORE UPDATE OF status ON leads_lead
    FOR EACH ROW WHEN (OLD.status = 'lost' AND NEW.status <> 'lost')
    EXECUTE FUNCTION leads_lead_lost_no_more();
"""

# How many leads each status has (leads/models/tally.py). Once a statement, from its changed rows,
# differences are added, so that writers never wait for each other. Now and then an organisation's
# rows are folded into one a status, without any that another transaction is folding.
TALLY = """
CREATE FUNCTION leads_lead_tally() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO leads_leadtally (organisation_id, status, leads)
        SELECT organisation_id, status, count(*) FROM after_rows
         WHERE merged_into_id IS NULL GROUP BY organisation_id, status;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO leads_leadtally (organisation_id, status, leads)
        SELECT organisation_id, status, -count(*) FROM before_rows
         WHERE merged_into_id IS NULL GROUP BY organisation_id, status;
    ELSE
        INSERT INTO leads_leadtally (organisation_id, status, leads)
        SELECT organisation_id, status, sum(change) FROM (
            SELECT organisation_id, status, 1 AS change FROM after_rows
             WHERE merged_into_id IS NULL
            UNION ALL
            SELECT organisation_id, status, -1 FROM before_rows
             WHERE merged_into_id IS NULL
        ) AS changes
        GROUP BY organisation_id, status HAVING sum(change) <> 0;
    END IF;
    IF random() < 0.02 THEN
        IF TG_OP = 'DELETE' THEN
            PERFORM leads_lead_tally_fold(organisation_id)
               FROM (SELECT DISTINCT organisation_id FROM before_rows) AS organisations;
        ELSE
            PERFORM leads_lead_tally_fold(organisation_id)
               FROM (SELECT DISTINCT organisation_id FROM after_rows) AS organisations;
        END IF;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION leads_lead_tally_fold(folded uuid) RETURNS void LANGUAGE sql AS $$
    WITH taken AS (
        DELETE FROM leads_leadtally WHERE id IN (
            SELECT id FROM leads_leadtally WHERE organisation_id = folded
             FOR UPDATE SKIP LOCKED
        ) RETURNING status, leads
    )
    INSERT INTO leads_leadtally (organisation_id, status, leads)
    SELECT folded, status, sum(leads) FROM taken
     GROUP BY status HAVING sum(leads) <> 0;
$$;

CREATE TRIGGER leads_lead_tally_insert AFTER INSERT ON leads_lead
    REFERENCING NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION leads_lead_tally();

CREATE TRIGGER leads_lead_tally_update AFTER UPDATE ON leads_lead
    REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION leads_lead_tally();

CREATE TRIGGER leads_lead_tally_delete AFTER DELETE ON leads_lead
    REFERENCING OLD TABLE AS before_rows
    FOR EACH STATEMENT EXECUTE FUNCTION leads_lead_tally();
"""

# --- The daily figures (leads/models/rollups.py) -------------------------------------------------
# Kept as the tally is: once a statement, by adding differences. One statement in ten folds the days
# that it touched into one row a figure, without those that another transaction is folding; a
# deletion always folds, and waits for its turn. A change that moves no figure ends at once.

# The agency's day of a moment, and the bucket of a time until first contact (`bucket_of()`).
DAYS_AND_BUCKETS = """
CREATE FUNCTION leads_agency_day(moment timestamptz) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT (moment AT TIME ZONE 'Europe/London')::date
$$;

CREATE FUNCTION leads_contact_bucket(waited interval) RETURNS smallint LANGUAGE sql STABLE AS $$
    SELECT floor(
        ln(1 + GREATEST(extract(epoch FROM waited), 0)::float8 / 60) / ln(1.1::float8)
    )::smallint
$$;
"""

# PostgreSQL keeps one plan for each statement: days that are not told are looked up first, so that
# it never plans to read all of the organisation's.
FOLD_DAYS = """
CREATE FUNCTION leads_fold_days(folded uuid, days date[], waits boolean)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    turn bigint := hashtextextended('leads_fold_days ' || folded, 0);
BEGIN
    IF waits THEN
        PERFORM pg_advisory_xact_lock(turn);
    ELSIF NOT pg_try_advisory_xact_lock(turn) THEN
        RETURN;
    END IF;
    IF days IS NULL THEN
        SELECT array_agg(day) INTO days FROM (
            SELECT day FROM leads_leadday WHERE organisation_id = folded
             GROUP BY day HAVING count(*) > 1
            UNION
            SELECT day FROM leads_areaday WHERE organisation_id = folded
             GROUP BY day, area HAVING count(*) > 1
            UNION
            SELECT day FROM leads_contactday WHERE organisation_id = folded
             GROUP BY whole_month, day, in_open_hours, bucket HAVING count(*) > 1
        ) AS all_days;
    END IF;

    WITH several AS (
        SELECT day FROM leads_leadday
         WHERE organisation_id = folded AND day = ANY (days)
         GROUP BY day HAVING count(*) > 1
    ), taken AS (
        DELETE FROM leads_leadday WHERE id IN (
            SELECT id FROM leads_leadday
             WHERE organisation_id = folded AND day = ANY (days)
               AND (day) IN (SELECT day FROM several)
        ) RETURNING day, leads, hot, warm, cold, website, sms, email, contacted, qualified,
                    converted, viewings
    )
    INSERT INTO leads_leadday (
        organisation_id, day, leads, hot, warm, cold, website, sms, email, contacted, qualified,
        converted, viewings
    )
    SELECT * FROM (
        SELECT folded, day, sum(leads) AS leads,
               sum(hot) AS hot, sum(warm) AS warm, sum(cold) AS cold,
               sum(website) AS website, sum(sms) AS sms, sum(email) AS email,
               sum(contacted) AS contacted, sum(qualified) AS qualified,
               sum(converted) AS converted, sum(viewings) AS viewings
          FROM taken GROUP BY day
    ) AS folds
     WHERE ROW(
        leads, hot, warm, cold, website, sms, email, contacted, qualified, converted, viewings
     ) <> ROW(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    WITH several AS (
        SELECT day, area FROM leads_areaday
         WHERE organisation_id = folded AND day = ANY (days)
         GROUP BY day, area HAVING count(*) > 1
    ), taken AS (
        DELETE FROM leads_areaday WHERE id IN (
            SELECT id FROM leads_areaday
             WHERE organisation_id = folded AND day = ANY (days)
               AND (day, area) IN (SELECT day, area FROM several)
        ) RETURNING day, area, leads
    )
    INSERT INTO leads_areaday (organisation_id, day, area, leads)
    SELECT * FROM (
        SELECT folded, day, area, sum(leads) AS leads FROM taken GROUP BY day, area
    ) AS folds
     WHERE ROW(leads) <> ROW(0);

    WITH several AS (
        SELECT whole_month, day, in_open_hours, bucket FROM leads_contactday
         WHERE organisation_id = folded AND day = ANY (days) AND whole_month IN (false, true)
         GROUP BY whole_month, day, in_open_hours, bucket HAVING count(*) > 1
    ), taken AS (
        DELETE FROM leads_contactday WHERE id IN (
            SELECT id FROM leads_contactday
             WHERE organisation_id = folded AND day = ANY (days) AND whole_month IN (false, true)
               AND (whole_month, day, in_open_hours, bucket) IN (
                   SELECT whole_month, day, in_open_hours, bucket FROM several
               )
        ) RETURNING whole_month, day, in_open_hours, bucket, leads
    )
    INSERT INTO leads_contactday (organisation_id, whole_month, day, in_open_hours, bucket, leads)
    SELECT * FROM (
        SELECT folded, whole_month, day, in_open_hours, bucket, sum(leads) AS leads
          FROM taken GROUP BY whole_month, day, in_open_hours, bucket
    ) AS folds
     WHERE ROW(leads) <> ROW(0);
END
$$;
"""

# What the three functions below have in common to the letter. The names of its transition tables
# are part of a statement, so each operation has a function of its own.
_COUNTED = """
        organisation_id, score, source, area, reached, viewing_requested,
        leads_agency_day(created_at) AS day,
        leads_agency_day(first_contacted_at) AS contact_day,
        date_trunc('month', leads_agency_day(first_contacted_at)::timestamp)::date
            AS contact_month,
        leads_contact_bucket(first_contacted_at - created_at) AS bucket,
        CASE WHEN contact_open_seconds > 0
             THEN leads_contact_bucket(make_interval(secs => contact_open_seconds))
             WHEN contact_open_seconds = 0 THEN -1 END AS open_bucket"""
_ADDED = f"SELECT 1 AS sign, {_COUNTED} FROM after_rows WHERE merged_into_id IS NULL"
_TAKEN_AWAY = f"SELECT -1 AS sign, {_COUNTED} FROM before_rows WHERE merged_into_id IS NULL"
_WRITE_CHANGES = """
    days AS (
        INSERT INTO leads_leadday (
            organisation_id, day, leads, hot, warm, cold, website, sms, email, contacted,
            qualified, converted, viewings
        )
        SELECT * FROM (
            SELECT organisation_id, day,
                   coalesce(sum(sign) FILTER (WHERE true), 0) AS leads,
                   coalesce(sum(sign) FILTER (WHERE score >= 70), 0) AS hot,
                   coalesce(sum(sign) FILTER (WHERE score BETWEEN 40 AND 69), 0) AS warm,
                   coalesce(sum(sign) FILTER (WHERE score < 40), 0) AS cold,
                   coalesce(sum(sign) FILTER (WHERE source = 'website'), 0) AS website,
                   coalesce(sum(sign) FILTER (WHERE source = 'sms'), 0) AS sms,
                   coalesce(sum(sign) FILTER (WHERE source = 'email'), 0) AS email,
                   coalesce(sum(sign) FILTER (WHERE reached >= 1), 0) AS contacted,
                   coalesce(sum(sign) FILTER (WHERE reached >= 2), 0) AS qualified,
                   coalesce(sum(sign) FILTER (WHERE reached >= 3), 0) AS converted,
                   coalesce(sum(sign) FILTER (WHERE viewing_requested), 0) AS viewings
              FROM changes GROUP BY organisation_id, day
        ) AS differences
         WHERE ROW(
            leads, hot, warm, cold, website, sms, email, contacted, qualified, converted, viewings
         ) <> ROW(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    ), areas AS (
        INSERT INTO leads_areaday (organisation_id, day, area, leads)
        SELECT organisation_id, day, area, sum(sign) FROM changes
         WHERE area IS NOT NULL
         GROUP BY organisation_id, day, area HAVING sum(sign) <> 0
    )
    INSERT INTO leads_contactday (organisation_id, whole_month, day, in_open_hours, bucket, leads)
    SELECT organisation_id, whole_month,
           CASE WHEN whole_month THEN contact_month ELSE contact_day END, in_open_hours,
           CASE WHEN in_open_hours THEN open_bucket ELSE bucket END, sum(sign)
      FROM changes
     CROSS JOIN (VALUES (false), (true)) AS grain (whole_month)
     CROSS JOIN (VALUES (false), (true)) AS clock (in_open_hours)
     WHERE contact_day IS NOT NULL AND (open_bucket IS NOT NULL OR NOT in_open_hours)
     GROUP BY 1, 2, 3, 4, 5 HAVING sum(sign) <> 0;
"""

DAYS_ON_INSERT = f"""
CREATE FUNCTION leads_lead_days_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    drawn float := random();
BEGIN
    WITH changes AS MATERIALIZED ({_ADDED}), {_WRITE_CHANGES}
    IF drawn < 0.1 THEN
        PERFORM leads_fold_days(organisation_id, days, false) FROM (
            SELECT organisation_id, array_agg(DISTINCT touched) AS days FROM (
                SELECT organisation_id, unnest(ARRAY[day, contact_day, contact_month]) AS touched
                  FROM ({_ADDED}) AS changes
            ) AS changes GROUP BY organisation_id
        ) AS touched
         WHERE cardinality(days) <= 10 OR drawn < 0.02;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER leads_lead_days_insert AFTER INSERT ON leads_lead
    REFERENCING NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION leads_lead_days_insert();
"""

DAYS_ON_UPDATE = f"""
CREATE FUNCTION leads_lead_days_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    drawn float := random();
BEGIN
    IF NOT EXISTS (
        SELECT FROM after_rows AS now_is JOIN before_rows AS was USING (id)
         WHERE ROW(
            now_is.organisation_id, now_is.merged_into_id, now_is.created_at,
            now_is.first_contacted_at, now_is.contact_open_seconds, now_is.score, now_is.source,
            now_is.area, now_is.reached, now_is.viewing_requested
         ) IS DISTINCT FROM ROW(
            was.organisation_id, was.merged_into_id, was.created_at, was.first_contacted_at,
            was.contact_open_seconds, was.score, was.source, was.area, was.reached,
            was.viewing_requested
         )
    ) THEN
        RETURN NULL;
    END IF;

    WITH changes AS MATERIALIZED ({_ADDED} UNION ALL {_TAKEN_AWAY}), {_WRITE_CHANGES}
    IF drawn < 0.1 THEN
        PERFORM leads_fold_days(organisation_id, days, false) FROM (
            SELECT organisation_id, array_agg(DISTINCT touched) AS days FROM (
                SELECT organisation_id, unnest(ARRAY[day, contact_day, contact_month]) AS touched
                  FROM ({_ADDED} UNION ALL {_TAKEN_AWAY}) AS changes
            ) AS changes GROUP BY organisation_id
        ) AS touched
         WHERE cardinality(days) <= 10 OR drawn < 0.02;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER leads_lead_days_update AFTER UPDATE ON leads_lead
    REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION leads_lead_days_update();
"""

DAYS_ON_DELETE = f"""
CREATE FUNCTION leads_lead_days_delete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    drawn float := random();
BEGIN
    WITH changes AS MATERIALIZED ({_TAKEN_AWAY}), {_WRITE_CHANGES}
    PERFORM leads_fold_days(organisation_id, days, true) FROM (
        SELECT organisation_id, array_agg(DISTINCT touched) AS days FROM (
            SELECT organisation_id, unnest(ARRAY[day, contact_day, contact_month]) AS touched
              FROM ({_TAKEN_AWAY}) AS changes
        ) AS changes GROUP BY organisation_id
    ) AS touched;
    RETURN NULL;
END
$$;

CREATE TRIGGER leads_lead_days_delete AFTER DELETE ON leads_lead
    REFERENCING OLD TABLE AS before_rows
    FOR EACH STATEMENT EXECUTE FUNCTION leads_lead_days_delete();
"""

TRIGGERS = (
    STAMP,
    FIRST_CONTACT,
    OPEN_TIME,
    LOST_NO_MORE,
    TALLY,
    DAYS_AND_BUCKETS,
    FOLD_DAYS,
    DAYS_ON_INSERT,
    DAYS_ON_UPDATE,
    DAYS_ON_DELETE,
)
