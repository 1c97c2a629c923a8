"""Django settings: everything that differs between installations comes from the environment."""

import os
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured


def _required(name: str) -> str:
    try:
        return os.environ[name]
    except KeyError:
        raise ImproperlyConfigured(
            f"{name} is not set; docker/README.md lists what an installation needs."
        ) from None


def _list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def _zone(name: str, default: str) -> ZoneInfo:
    key = os.environ.get(name) or default
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ImproperlyConfigured(
            f"{name} names no time zone: {key}; give one such as Europe/Berlin."
        ) from None


def _dates(name: str) -> frozenset[date]:
    try:
        return frozenset(date.fromisoformat(day) for day in _list(name))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is a list of dates such as 2026-12-25: {error}.") from None


BASE_DIR = Path(__file__).resolve().parent.parent
EMBEDDED = os.environ.get("RETRACE_EMBEDDED", "0") == "1"
SECRET_KEY = _required("RETRACE_SECRET_KEY")
DEBUG = False
PRODUCTION = os.environ.get("RETRACE_HTTPS", "0") == "1"
ALLOWED_HOSTS = _list("RETRACE_HOSTS", "127.0.0.1,localhost,testserver")
CSRF_TRUSTED_ORIGINS = _list("RETRACE_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_celery_beat",
    "django_htmx",
    "csp",
    "auditor.jobs",
    "auditor.registry",
    "auditor.audits",
    "reports.ledger",
    "reports.decisions",
    "reports.documents",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "auditor.urls"
WSGI_APPLICATION = "auditor.wsgi.application"
ASGI_APPLICATION = "auditor.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {"language": "auditor.language_tags"},
        },
    },
]

DATABASES = {
    "default": dj_database_url.parse(_required("DATABASE_URL"), conn_max_age=60, conn_health_checks=True)
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français")]  # each by its own name
LOCALE_PATHS = [BASE_DIR / "auditor" / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
FORMAT_MODULE_PATH = "auditor.formats"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "auditor" / "static"]
STATIC_ROOT = Path(os.environ.get("RETRACE_STATIC", BASE_DIR / "var" / "static"))
WHITENOISE_USE_FINDERS = True

STORAGE_URL = os.environ.get("STORAGE_URL", (BASE_DIR / "var" / "store").as_uri())
# How many processes draw the plates of one report: more are faster, and each takes about 250 MB.
RENDER_PROCESSES = int(os.environ.get("RETRACE_RENDER_PROCESSES", min(2, os.cpu_count() or 1)))
KEYS_DIR = Path(os.environ.get("RETRACE_KEYS") or BASE_DIR / "var" / "keys")
UPLOAD_LIMIT_BYTES = int(os.environ.get("RETRACE_UPLOAD_LIMIT_BYTES", 4 * 2**30))
FILE_UPLOAD_MAX_MEMORY_SIZE = 2**20
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 31536000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = PRODUCTION
LANGUAGE_COOKIE_SECURE = PRODUCTION
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

CELERY_BROKER_URL = _required("CELERY_BROKER_URL")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "retrace"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_BEAT_SCHEDULE = {
    "reconcile": {"task": "auditor.jobs.tasks.reconcile", "schedule": 10.0},
    "start-due": {"task": "auditor.audits.tasks.start_due", "schedule": 60.0},
    "pin-ledger": {
        "task": "reports.ledger.tasks.pin_ledger",
        "schedule": 60.0 * float(os.environ.get("RETRACE_PIN_MINUTES", "1440")),
    },
}

DEFAULT_FROM_EMAIL = os.environ.get("RETRACE_MAIL_FROM", "retrace@localhost")
EMAIL_HOST = os.environ.get("RETRACE_SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("RETRACE_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("RETRACE_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("RETRACE_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("RETRACE_SMTP_TLS", "0") == "1"
EMAIL_TIMEOUT = 10
SITE_URL = os.environ.get("RETRACE_URL") or next(iter(CSRF_TRUSTED_ORIGINS), "http://127.0.0.1:8000")
SITE_NAME = urlsplit(SITE_URL).hostname or "localhost"
LOG_NAME = os.environ.get("RETRACE_LOG_NAME") or f"{SITE_NAME}/log"
LEDGER_PINS = os.environ.get("RETRACE_PINS", "").split()
SIGNING = {
    "certificate": os.environ.get("RETRACE_SIGNING_CERT", ""),
    "key": os.environ.get("RETRACE_SIGNING_KEY", ""),
    "pkcs12": os.environ.get("RETRACE_SIGNING_P12", ""),
    "passphrase": os.environ.get("RETRACE_SIGNING_PASSPHRASE", ""),
}
TSA = {
    "url": os.environ.get("RETRACE_TSA_URL", ""),
    "level": os.environ.get("RETRACE_TSA_LEVEL", "B-T"),
    "roots": os.environ.get("RETRACE_TSA_ROOTS", ""),
}
# Where the days of legal deadlines begin and end, and the days that they do not end on.
DEADLINE_ZONE = _zone("RETRACE_DEADLINE_ZONE", "Europe/Berlin")
DEADLINE_HOLIDAYS = _dates("RETRACE_HOLIDAYS")
WEBHOOK_KEY = os.environ.get("RETRACE_WEBHOOK_KEY") or SECRET_KEY
WEBHOOK_PRIVATE_NETWORK = os.environ.get("RETRACE_WEBHOOK_PRIVATE_NETWORK", "0") == "1"
WEBHOOK_SECONDS = 10
NOTICE_ATTEMPTS = 10
NOTICE_BACKOFF_SECONDS = 30

JOB_LEASE_SECONDS = float(os.environ.get("RETRACE_LEASE_SECONDS", "30"))
JOB_ATTEMPTS = 3
INTAKE_MEMORY_BYTES = int(os.environ.get("RETRACE_INTAKE_MEMORY_BYTES", 12 * 2**30))
INTAKE_SECONDS = int(os.environ.get("RETRACE_INTAKE_SECONDS", "900"))
VERIFY_LIMIT_BYTES = int(os.environ.get("RETRACE_VERIFY_LIMIT_BYTES", 256 * 2**20))
VERIFY_MEMORY_BYTES = 3 * 2**30
VERIFY_SECONDS = 60
VERIFY_AT_ONCE = 2
VERIFY_PER_MINUTE = 20

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("RETRACE_LOG_LEVEL", "INFO")},
    "loggers": {name: {"level": "ERROR"} for name in ("weasyprint", "fontTools", "matplotlib.font_manager")},
}
