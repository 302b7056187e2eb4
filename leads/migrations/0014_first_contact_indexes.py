"""Who waits for a first contact, who had it when, and follow-ups due with whose they are.

The indexes are built while leads are read and written; that of follow-ups takes the place of one
that had to be completed from the leads themselves.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

STANDING = Q(merged_into__isnull=True)
WAITING = STANDING & Q(status__in=("new", "hot", "warm", "cold"))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0013_first_contact_rules")]

    operations = [
        AddIndexConcurrently(
            "lead",
            models.Index(
                name="leads_lead_untaken",
                fields=["organisation", "status", "created_at", "id"],
                condition=WAITING & Q(assignee__isnull=True),
            ),
        ),
        AddIndexConcurrently(
            "lead",
            models.Index(
                name="leads_lead_taken",
                fields=["organisation", "assignee"],
                condition=WAITING & Q(assignee__isnull=False),
            ),
        ),
        AddIndexConcurrently(
            "lead",
            models.Index(
                name="leads_lead_first_contact",
                fields=["organisation", "first_contacted_at"],
                condition=Q(first_contacted_at__isnull=False) & STANDING,
            ),
        ),
        AddIndexConcurrently(
            "lead",
            models.Index(
                name="leads_lead_due",
                fields=["organisation", "follow_up_on", "assignee", "id"],
                condition=Q(follow_up_on__isnull=False) & STANDING,
            ),
        ),
        RemoveIndexConcurrently("lead", "leads_lead_follow_up"),
    ]
