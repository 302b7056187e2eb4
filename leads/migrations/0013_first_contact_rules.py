"""Rules of how far a lead came. Checking them reads the table once, and keeps writes out meanwhile."""

from django.db import migrations, models
from django.db.models import Q

WAITING = ("new", "hot", "warm", "cold")
REACHED = {"contacted": 1, "qualified": 2, "converted": 3}


def rule(name, condition):
    constraint = models.CheckConstraint(name=f"leads_lead_{name}", condition=condition)
    return migrations.AddConstraint(model_name="lead", constraint=constraint)


class Migration(migrations.Migration):
    dependencies = [("leads", "0012_keep_daily_rollups")]

    operations = [
        rule("reached_in_range", Q(reached__range=(0, 3))),
        *(
            rule(f"{status}_reached", ~Q(status=status) | Q(reached__gte=least))
            for status, least in REACHED.items()
        ),
        rule(
            "waiting_not_contacted",
            ~Q(status__in=WAITING) | Q(reached=0, first_contacted_at__isnull=True),
        ),
        rule("contact_reached", Q(first_contacted_at__isnull=True) | Q(reached__gte=1)),
    ]
