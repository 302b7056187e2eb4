from django.apps import AppConfig


class SiftSiteConfig(AppConfig):
    name = "sift_site"
