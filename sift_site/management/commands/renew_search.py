"""`manage.py renew_search`: what leads and conversations are found by, made anew."""

from typing import Any

from django.core.management.base import BaseCommand

from conversations.renewing_search import renew_conversations
from foundation.plurals import so_many
from leads.renewing_search import renew_leads
from organisations.models import Organisation


class Command(BaseCommand):
    help = (
        "Make anew what leads and conversations are found by, where a version of other rules"
        " stored it: for after an upgrade, once nothing of the version before runs any more."
        " Safe to run again, and while Sift runs."
    )

    def handle(self, **_: Any) -> None:
        leads = conversations = 0
        for organisation in Organisation.objects.order_by("id"):
            leads += sum(renew_leads(organisation))
            conversations += sum(renew_conversations(organisation))
        self.stdout.write(
            f"{so_many(leads, 'lead')} and {so_many(conversations, 'conversation')}"
            " are found otherwise now."
        )
