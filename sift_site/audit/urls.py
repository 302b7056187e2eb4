from django.urls import path

from sift_site.audit import page

app_name = "audit"
urlpatterns = [
    path("", page.audit_trail, name="list"),
    path("export.csv", page.export_audit_trail, name="export"),
]
