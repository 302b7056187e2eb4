"""When agencies are open: nine to half past five and Saturdays to four, until they say otherwise.

The columns have constant defaults, so they are there at once, however many agencies there are.
"""

import django.db.models.deletion
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.models import F, Q
from holidays import country_holidays

import organisations.frozen

NATIONS = {
    "england_wales": ("England and Wales", "ENG"),
    "scotland": ("Scotland", "SCT"),
    "northern_ireland": ("Northern Ireland", "NIR"),
}
NATION = {"choices": [(value, label) for value, (label, _) in NATIONS.items()], "max_length": 16}
YEARS = range(2020, 2031)  # the worker adds to them
WEEK = {
    **dict.fromkeys(
        ("monday", "tuesday", "wednesday", "thursday", "friday"),
        organisations.frozen.office_hours,
    ),
    "saturday": organisations.frozen.saturday_hours,
    "sunday": list,
}

OPEN_SECONDS = """
    CREATE FUNCTION organisations_open_seconds(agency uuid, began timestamptz, ended timestamptz)
    RETURNS integer LANGUAGE sql STABLE AS $$
        WITH days AS (
            SELECT days.day, CASE
                       WHEN special.minutes IS NOT NULL THEN special.minutes
                       WHEN holiday.day IS NOT NULL THEN '{}'
                       ELSE CASE extract(isodow FROM days.day)
                           WHEN 1 THEN monday WHEN 2 THEN tuesday WHEN 3 THEN wednesday
                           WHEN 4 THEN thursday WHEN 5 THEN friday WHEN 6 THEN saturday ELSE sunday
                       END
                   END AS minutes
              FROM organisations_organisation AS ours
             CROSS JOIN generate_series(
                       date_trunc('day', began AT TIME ZONE 'Europe/London'),
                       date_trunc('day', ended AT TIME ZONE 'Europe/London'), interval '1 day'
                   ) AS days (day)
              LEFT JOIN organisations_specialday AS special
                ON special.organisation_id = ours.id AND special.day = days.day::date
              LEFT JOIN organisations_bankholiday AS holiday
                ON holiday.nation = ours.nation AND holiday.day = days.day::date
             WHERE ours.id = agency
        ), spans AS (
            SELECT (day + make_interval(mins => minutes[place])) AT TIME ZONE 'Europe/London' AS opens,
                   (day + make_interval(mins => minutes[place + 1])) AT TIME ZONE 'Europe/London'
                       AS closes
              FROM days CROSS JOIN generate_series(1, cardinality(minutes), 2) AS places (place)
        )
        SELECT coalesce(
                   ceil(sum(extract(epoch FROM LEAST(ended, closes) - GREATEST(began, opens)))), 0
               )::integer
          FROM spans WHERE opens < ended AND closes > began AND began < ended
    $$;
"""
NO_OPEN_SECONDS = "DROP FUNCTION organisations_open_seconds(uuid, timestamptz, timestamptz)"


def in_pairs(model, field):
    condition = Q()
    for edges in range(0, 7, 2):
        condition |= Q(**{f"{field}__len": edges})
    for place in range(6):
        edge = f"{field}__{place}"
        condition &= Q(**{f"{edge}__range": (0, 59)}) | Q(**{f"{edge}__range": (120, 1440)})
        if place:
            condition &= Q(**{f"{edge}__gt": F(f"{field}__{place - 1}")})
    name = f"organisations_{model}_{field}_in_pairs"
    return models.CheckConstraint(name=name, condition=condition)


def minutes(default):
    return ArrayField(models.SmallIntegerField(), default=default, db_default=default())


def write_bank_holidays(apps, schema_editor):
    model = apps.get_model("organisations", "BankHoliday")
    model.objects.bulk_create(
        model(nation=nation, day=day)
        for nation, (_, subdivision) in NATIONS.items()
        for day in sorted(country_holidays("GB", subdiv=subdivision, years=YEARS))
    )


class Migration(migrations.Migration):
    dependencies = [("organisations", "0042_scoring_in_the_trail")]

    operations = [
        migrations.AddField(
            "organisation",
            "nation",
            models.CharField(default="england_wales", db_default="england_wales", **NATION),
        ),
        *(
            migrations.AddField("organisation", day, minutes(default))
            for day, default in WEEK.items()
        ),
        migrations.AddField(
            "organisation",
            "untaken_minutes",
            models.SmallIntegerField(
                null=True, help_text="open ones; admins hear of a hot lead that nobody took in them"
            ),
        ),
        migrations.AddConstraint(
            "organisation",
            models.CheckConstraint(
                name="organisations_organisation_nation_known",
                condition=Q(nation__one_of=list(NATIONS)),
            ),
        ),
        *(migrations.AddConstraint("organisation", in_pairs("organisation", day)) for day in WEEK),
        migrations.AddConstraint(
            "organisation",
            models.CheckConstraint(
                name="organisations_organisation_untaken_minutes_from_one",
                condition=Q(untaken_minutes__gte=1),
            ),
        ),
        migrations.CreateModel(
            name="SpecialDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(help_text="of the agency's, Europe/London")),
                ("minutes", ArrayField(models.SmallIntegerField(), default=list)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="special_days",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        name="organisations_specialday_once", fields=["organisation", "day"]
                    ),
                    in_pairs("specialday", "minutes"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BankHoliday",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("nation", models.CharField(**NATION)),
                ("day", models.DateField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        name="organisations_bankholiday_once", fields=["nation", "day"]
                    ),
                    models.CheckConstraint(
                        name="organisations_bankholiday_nation_known",
                        condition=Q(nation__one_of=list(NATIONS)),
                    ),
                ],
            },
        ),
        migrations.RunPython(write_bank_holidays, migrations.RunPython.noop),
        migrations.RunSQL(OPEN_SECONDS, NO_OPEN_SECONDS),
    ]
