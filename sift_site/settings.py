"""Sift's settings, in one file; what varies is read from the environment (README, Configure)."""

import hashlib
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from sift_site import environment
from sift_site.development import embedded_postgres, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Where it runs -------------------------------------------------------------------------------
# With a database of one's own this is a deployment, and what is missing or careless is an error;
# without one it is a developer's machine and the values below will do.
DATABASE_URL = environment.optional_text("DATABASE_URL")

# Of SECRET_KEY_FALLBACKS, former keys, what they signed and encrypted is still read
# (docs/signing-in.md, A new SECRET_KEY).
if DATABASE_URL:
    SECRET_KEY = environment.secret_key()
    SECRET_KEY_FALLBACKS = environment.former_keys()
    ALLOWED_HOSTS = environment.hosts()
    SIFT_URL = environment.own_url()
else:
    SECRET_KEY = environment.optional_text("SECRET_KEY") or secret_key.of_this_machine()
    SECRET_KEY_FALLBACKS = environment.names("SECRET_KEY_FALLBACKS", [])
    ALLOWED_HOSTS = environment.names("ALLOWED_HOSTS", environment.DEVELOPMENT_HOSTS)
    SIFT_URL = environment.own_url(f"http://127.0.0.1:{environment.port(8000)}")
CSRF_TRUSTED_ORIGINS = environment.origins()
DEBUG = environment.debug()
SECURITY_CONTACT = environment.security_contact(SIFT_URL)  # told at /.well-known/security.txt
SIFT_HTTPS = environment.switch("SIFT_HTTPS", default=True)
SIFT_TRUSTED_PROXIES = environment.count("SIFT_TRUSTED_PROXIES", 0)

# --- Applications --------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "csp",
    "django_htmx",
    "foundation",
    "organisations",
    "leads",
    "conversations",
    "apikeys",
    "webhooks",
    "sift_site",
]

MIDDLEWARE = [
    # Outermost: headers for every answer; then health probes, whose word about the client is
    # believed, and the API's own chain.
    "sift_site.serving.security_headers.SecurityHeadersMiddleware",
    "sift_site.front_door.FrontDoorMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "organisations.signing_in.middleware.SignInRequiredMiddleware",
    "organisations.signing_in.middleware.SamePersonMiddleware",
    "organisations.signing_in.middleware.OrganisationMiddleware",
    "organisations.signing_in.required_two_step.TwoStepRequiredMiddleware",
    "organisations.signing_in.middleware.PrivatePagesMiddleware",
    "sift_site.serving.page_limits.PageLimitMiddleware",
    "sift_site.serving.replicas.ReplicaMiddleware",  # from here on it is known who asks
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "sift_site.urls"
API_URLCONF = "sift_site.api_urls"  # the part of it that the API's gateway asks
WSGI_APPLICATION = "sift_site.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database ------------------------------------------------------------------------------------
# A connection lives as long as its thread and is not pinged before each request: the API's reads
# are two statements, and a third for the ping would be half as much again. One that the server has
# closed is noticed without asking (foundation/database/lost_database.py).
KEPT = {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": False}
# Statements that are prepared are planned once (foundation/database/statements.py says which are).
# PgBouncer must be told to let it pass (docs/scale.md).
PLANNED_ONCE = {"options": "-c plan_cache_mode=force_generic_plan"}
# A host that vanished without a word is noticed: by who connects (seconds), by who sends
# (milliseconds), and by who waits for an answer.
NOTICED = {
    "connect_timeout": 5,
    "tcp_user_timeout": 6000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}

# Only the embedded server's address: it is started by manage.py, make run or gunicorn.
PRIMARY = environment.database(embedded_postgres.PROJECT.url())
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **PRIMARY,
        **KEPT,
        "OPTIONS": {
            **NOTICED,
            **PLANNED_ONCE,
            **PRIMARY.get("OPTIONS", {}),
        },
    }
}
# Reads may go to a replica of it (sift_site/serving/replicas.py). One that hangs holds nobody up
# for longer than a moment: the primary is asked instead.
REPLICA = environment.replica()
DATABASE_ROUTERS: list[str] = []
if REPLICA is not None:
    DATABASE_ROUTERS = ["sift_site.serving.replicas.Router"]
    DATABASES["replica"] = {
        **REPLICA,
        **KEPT,
        "OPTIONS": {
            **NOTICED,
            "connect_timeout": 2,
            "tcp_user_timeout": 3000,
            **PLANNED_ONCE,
            **REPLICA.get("OPTIONS", {}),
        },
        "TEST": {"MIRROR": "default"},
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Cache and rate limits (CONTRACT.md, section 2) ----------------------------------------------
REDIS_URL = environment.redis()
# A store that is down or slow holds nobody up for longer; nothing is tried twice.
REDIS_OPTIONS = {"socket_timeout": 0.2, "socket_connect_timeout": 0.2}
if REDIS_URL:
    CACHES: dict[str, dict[str, Any]] = {
        "default": {
            "BACKEND": "sift_site.serving.counter_store.CounterCache",  # nothing else is cached
            "LOCATION": REDIS_URL,
            "OPTIONS": REDIS_OPTIONS,
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    }
SIFT_RATE_GROWTH = environment.rate("SIFT_RATE_GROWTH", "120/m")
SIFT_RATE_SCALE = environment.rate("SIFT_RATE_SCALE", "600/m")
SIFT_RATE_CAPTURE = environment.rate("SIFT_RATE_CAPTURE", "600/m")
SIFT_RATE_ANONYMOUS = environment.rate("SIFT_RATE_ANONYMOUS", "60/m")
SIFT_RATE_PAGES = environment.rate("SIFT_RATE_PAGES", "600/m")
# django-ratelimit's own defaults: it asks for each at each request, and one that is missing is
# looked for anew each time.
RATELIMIT_ENABLE = True
RATELIMIT_USE_CACHE = "default"
RATELIMIT_CACHE_PREFIX = "rl:"
RATELIMIT_HASH_ALGORITHM = hashlib.sha256
SILENCED_SYSTEM_CHECKS = [
    # django-ratelimit wants a shared cache, and knows only some backends as shared. In the memory
    # of one process the counters are exact too, and gunicorn.conf.py refuses to start more than one
    # process without REDIS_URL; Redis, when it is set, is shared.
    "django_ratelimit.E003",
    "django_ratelimit.W001",
]

# --- People and sessions -------------------------------------------------------------------------
AUTH_USER_MODEL = "organisations.User"
AUTHENTICATION_BACKENDS = ["organisations.signing_in.authentication.EmailBackend"]
# scrypt as OWASP recommends it (N=2^14, r=8, p=5: 16 MiB); what was hashed before is hashed anew at
# the next sign-in.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
PASSWORD_RESET_TIMEOUT = 3600  # seconds
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": "organisations.signing_in.password_rules.NotCommon"},
    {"NAME": "organisations.signing_in.password_rules.NotOfFewCharacters"},
    {"NAME": "organisations.signing_in.password_rules.NotOfRuns"},
    {"NAME": "organisations.signing_in.password_rules.NotOfItsContext"},
    {"NAME": "organisations.signing_in.password_rules.NotTooLong"},
]
LOGIN_URL = "organisations:sign_in"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "organisations:sign_in"
SESSION_ENGINE = "organisations.signing_in.sessions"
# A browser takes cookies so named only from this very host, over HTTPS.
COOKIE_PREFIX = "__Host-" if SIFT_HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sift_session"
SESSION_COOKIE_AGE = 7 * 24 * 3600  # the longest; idle ones end sooner (models/session.py)
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sift_csrf"
CSRF_COOKIE_HTTPONLY = True  # pages carry the token themselves (hx-headers on body)
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "sift_site.serving.error_pages.csrf_failure"
MESSAGE_STORAGE = "foundation.web.cookies.MessageStorage"
MESSAGE_LEVEL_DONE = 26  # what a press did, with an Undo; between success and warning
MESSAGE_TAGS = {MESSAGE_LEVEL_DONE: "done"}

# --- Mail ----------------------------------------------------------------------------------------
# The worker sends it (organisations/letters/): to the server that is named; without one to standard
# error, where it is a developer's own, and nowhere from a deployment: its logs are read by others.
MAIL_SERVER = environment.mail_server()
if MAIL_SERVER is None and DATABASE_URL:
    EMAIL_BACKEND = "foundation.mail.backends.NoMailServer"
elif MAIL_SERVER is None:
    EMAIL_BACKEND = "foundation.mail.backends.OnStandardError"
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = MAIL_SERVER.host, MAIL_SERVER.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL_SERVER.user, MAIL_SERVER.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL_SERVER.starttls, MAIL_SERVER.tls
EMAIL_TIMEOUT = 10  # seconds, until the mail server can be talked to
# Letters and entries of the trail that no answer may wait for (foundation/web/after_answer.py).
AFTER_ANSWER_IN_A_THREAD = True
DEFAULT_FROM_EMAIL = environment.mail_from("Sift <no-reply@localhost>")

# --- The worker (sift_site/working/) -------------------------------------------------------------
SIFT_WORK_THREADS = environment.count("SIFT_WORK_THREADS", 8, least=1)

# --- Webhooks (webhooks/destinations.py) ---------------------------------------------------------
# Networks besides the public Internet that they may go to, plain HTTP and other ports among them.
SIFT_WEBHOOK_ALLOW = environment.networks("SIFT_WEBHOOK_ALLOW")

# --- Watching (sift_site/watching/) --------------------------------------------------------------
SIFT_METRICS_TOKEN = environment.metrics_token()  # None: /metrics is not there

# --- Transport and headers -----------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SIFT_HTTPS
SECURE_SSL_REDIRECT = SIFT_HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SIFT_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SIFT_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        **({"upgrade-insecure-requests": True} if SIFT_HTTPS else {}),
    }
}

# --- Words, time, files --------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
USE_I18N = False
TIME_ZONE = "Europe/London"  # an agency's day (CONTRACT.md, section 1)
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site has a use for Sift's files
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "sift_site.serving.static_files.StaticFiles"},
}

# --- Logs ----------------------------------------------------------------------------------------
# To standard error, as lines or as JSON objects (SIFT_LOG). Addresses are logged without their
# query, which may hold what a caller typed by mistake (a key, a person's e-mail).
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "sift_site.serving.log_lines.SecretsLeftOut",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        },
        "json": {"()": "sift_site.serving.log_json.JsonLines"},
    },
    "filters": {"refusals": {"()": "sift_site.serving.log_lines.RefusalsInOneLine"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": environment.log_format(),
            "filters": ["refusals"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Django's own handlers would mail or print a second time.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "fido2": {"level": "WARNING"},  # who uses passkeys stands in the audit trail
    },
}
