"""How far an app's clock is off is remembered no more: it moved the window of the codes taken."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("organisations", "0027_known_devices")]

    operations = [migrations.RemoveField("authenticator", "drift")]
