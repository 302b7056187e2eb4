"""Sum up conversations that are there already, in batches of their own transaction."""

from collections import defaultdict

from django.db import migrations, transaction

from conversations.summing_up import sum_up

BATCH = 500
FILLED = ["message_count", "last_words", "search"]


def fill(apps, schema_editor):
    conversations = apps.get_model("conversations", "Conversation").objects
    messages = apps.get_model("conversations", "Message").objects
    languages = apps.get_model("conversations", "ConversationLanguage").objects
    last = None
    noted = set()
    while True:
        rows = conversations.filter(message_count=0).order_by("id")
        with transaction.atomic():
            # Locked, so that no message comes in between.
            batch = list(
                (rows if last is None else rows.filter(id__gt=last)).select_for_update()[:BATCH]
            )
            if not batch:
                return
            last = batch[-1].id
            told = defaultdict(list)
            of_batch = messages.filter(
                organisation__in={row.organisation_id for row in batch}, conversation__in=batch
            )
            for message in of_batch.order_by("conversation", "position"):
                told[message.conversation_id].append(message)
            for row in batch:
                if row.id in told:
                    summary = sum_up(row.organisation_id, told[row.id], row.languages_used)
                    for field in FILLED:
                        setattr(row, field, getattr(summary, field))
            conversations.bulk_update(batch, FILLED)
            codes = {
                (row.organisation_id, code.lower()) for row in batch for code in row.languages_used
            }
            languages.bulk_create(
                languages.model(organisation_id=owner, code=code)
                for owner, code in sorted(codes - noted)
            )
            noted |= codes


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("conversations", "0003_what_was_said")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
