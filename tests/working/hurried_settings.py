"""The tests' settings in a worker that looks often for what is due: nobody waits for a second.

`LONGEST_FAREWELL` in its environment says how long it waits at its end for what is under way.
"""

import os

from django.apps import AppConfig

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS as _INSTALLED_APPS


class Hurried(AppConfig):
    name = "tests.working"
    label = "hurried"

    def ready(self) -> None:
        from sift_site.working import worker  # models: only now

        worker.LOOKS_EVERY = 0.05
        if seconds := os.environ.get("LONGEST_FAREWELL"):
            worker.LONGEST_FAREWELL = float(seconds)


INSTALLED_APPS = [*_INSTALLED_APPS, "tests.working.hurried_settings.Hurried"]
