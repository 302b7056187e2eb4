from django.urls import path

from sift_site.data import csv_import, page, receipts

urlpatterns = [
    path("", page.data, name="data"),
    path("import/", csv_import.csv_imports, name="csv_imports"),
    path("import/<uuid:import_id>/", csv_import.csv_import, name="csv_import"),
    path("import/<uuid:import_id>/rejects.csv", csv_import.csv_rejects, name="csv_rejects"),
    path("erasures/", receipts.erasures, name="erasures"),
    path("erasures.json", receipts.erasures_json, name="erasures_json"),
]
