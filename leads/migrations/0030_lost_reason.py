"""Why a lead was lost. Rows are checked while leads are being written: none has a reason yet."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

_REASONS = [
    ("found_elsewhere", "Found a home elsewhere"),
    ("other_agent", "Went with another agent"),
    ("nothing_suitable", "We had nothing suitable"),
    ("budget", "Budget or mortgage"),
    ("not_looking", "No longer looking"),
    ("never_reached", "Never reached"),
    ("other", "Something else"),
]
_RULES = [
    ("leads_lead_lost_reason_known", Q(lost_reason__one_of=[value for value, _ in _REASONS])),
    ("leads_lead_lost_words_said", ~Q(lost_words="")),
    ("leads_lead_only_the_lost_have_a_reason", Q(lost_reason__isnull=True) | Q(status="lost")),
    (
        "leads_lead_lost_words_beside_a_reason",
        Q(lost_words__isnull=True) | Q(lost_reason__isnull=False),
    ),
]
_LOST_NO_MORE = """
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
_WITHOUT = """
DROP TRIGGER leads_lead_lost_no_more ON leads_lead;
DROP FUNCTION leads_lead_lost_no_more();
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0029_longest_wait")]

    operations = [
        migrations.AddField(
            "lead", "lost_reason", models.CharField(choices=_REASONS, max_length=20, null=True)
        ),
        migrations.AddField("lead", "lost_words", models.CharField(max_length=500, null=True)),
        migrations.RunSQL(_LOST_NO_MORE, _WITHOUT),
        *(
            AddConstraintNotValid("lead", models.CheckConstraint(name=name, condition=rule))
            for name, rule in _RULES
        ),
        *(ValidateConstraint("lead", name) for name, _ in _RULES),
    ]
