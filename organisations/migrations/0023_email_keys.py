"""Room for the key by which e-mails are compared, of people and of invitations."""

from django.db import migrations, models

_COLUMN = {"editable": False, "help_text": "account_key() of it", "max_length": 254}


class Migration(migrations.Migration):
    dependencies = [("organisations", "0022_conversations_given")]

    operations = [
        migrations.AddField("user", "email_key", models.CharField(null=True, **_COLUMN)),
        migrations.AddField("invitation", "email_key", models.CharField(null=True, **_COLUMN)),
    ]
