"""A person's time zone, for the times that pages show them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organisations", "0005_sessions")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="time_zone",
            field=models.CharField(
                default="Europe/London",
                help_text="of times on pages, by its IANA name",
                max_length=64,
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("time_zone", ""), _negated=True),
                name="organisations_user_time_zone_said",
            ),
        ),
    ]
