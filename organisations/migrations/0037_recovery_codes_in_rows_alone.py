"""An app's row holds no recovery codes any more."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("organisations", "0036_recovery_codes_moved")]

    operations = [migrations.RemoveField("authenticator", "recovery_digests")]
