from django.apps import AppConfig


class SiftSiteConfig(AppConfig):
    name = "sift_site"

    def ready(self) -> None:
        """Hand the feed's events to webhooks, which know no leads."""
        from sift_site.webhook_events import FeedEvents
        from webhooks import source

        source.use(FeedEvents())
