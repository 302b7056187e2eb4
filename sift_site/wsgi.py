"""The WSGI application that gunicorn serves: `gunicorn sift_site.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sift_site.settings")

application = get_wsgi_application()
