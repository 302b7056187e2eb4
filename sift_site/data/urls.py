from django.urls import path

from sift_site.data import page, receipts

urlpatterns = [
    path("", page.data, name="data"),
    path("erasures/", receipts.erasures, name="erasures"),
    path("erasures.json", receipts.erasures_json, name="erasures_json"),
]
