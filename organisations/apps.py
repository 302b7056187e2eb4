from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "organisations"

    def ready(self) -> None:
        """Have Django know the lookups that the models' constraints are written with."""
        from foundation.database import one_of  # noqa: F401 -- registers itself
