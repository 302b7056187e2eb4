"""Where a lead came from, and whether it may be written to of other things: four columns.

They are of every lead as it stands null, so adding them takes a moment. The checks are looked
through in the next migration, while others go on. A change of any of them moves `updated_at`.
"""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import CheckConstraint, Q

CHECKS = {
    "leads_lead_property_ref_said": ~Q(property_ref=""),
    "leads_lead_origin_url_said": ~Q(origin_url=""),
    "leads_lead_campaign_said": ~Q(campaign=""),
    "leads_lead_marketing_consent_known": Q(marketing_consent__one_of=["granted", "denied"]),
}

STAMP = """
    CREATE OR REPLACE FUNCTION leads_lead_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""
STAMP_BEFORE = """
    CREATE OR REPLACE FUNCTION leads_lead_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.updated_at = OLD.updated_at AND ROW(
        NEW.name, NEW.email, NEW.phone, NEW.status, NEW.score, NEW.source, NEW.summary,
        NEW.intent, NEW.budget_min, NEW.budget_max, NEW.bedrooms_min, NEW.bedrooms_max,
        NEW.area, NEW.property_type, NEW.timeline, NEW.chain_status, NEW.financing_status,
        NEW.buyer_scheme, NEW.stamp_duty_position, NEW.viewing_requested, NEW.created_at
    ) IS DISTINCT FROM ROW(
        OLD.name, OLD.email, OLD.phone, OLD.status, OLD.score, OLD.source, OLD.summary,
        OLD.intent, OLD.budget_min, OLD.budget_max, OLD.bedrooms_min, OLD.bedrooms_max,
        OLD.area, OLD.property_type, OLD.timeline, OLD.chain_status, OLD.financing_status,
        OLD.buyer_scheme, OLD.stamp_duty_position, OLD.viewing_requested, OLD.created_at
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
    dependencies = [("leads", "0026_givings")]

    operations = [
        migrations.AddField(
            "lead",
            "property_ref",
            models.CharField(max_length=500, null=True, help_text="the home asked about"),
        ),
        migrations.AddField(
            "lead",
            "origin_url",
            models.CharField(max_length=500, null=True, help_text="the page they came from"),
        ),
        migrations.AddField("lead", "campaign", models.CharField(max_length=500, null=True)),
        migrations.AddField(
            "lead",
            "marketing_consent",
            models.CharField(
                max_length=16, choices=[("granted", "Granted"), ("denied", "Denied")], null=True
            ),
        ),
        *(
            AddConstraintNotValid("lead", CheckConstraint(name=name, condition=condition))
            for name, condition in CHECKS.items()
        ),
        migrations.RunSQL(STAMP, STAMP_BEFORE),
    ]
