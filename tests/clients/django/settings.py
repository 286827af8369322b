"""Settings of the Django test project; the database is the scratch one that program.py makes."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from scratch import connection_settings  # noqa: E402

SECRET_KEY = "a test project has no secrets"
DEBUG = False
ALLOWED_HOSTS = ["testserver"]
INSTALLED_APPS = [
    "django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "django.contrib.postgres", "shop",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "urls"
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]
_server = connection_settings()
DATABASES = {"default": {
    "ENGINE": "django.db.backends.postgresql", "NAME": os.environ["SCRATCH_DATABASE"], "HOST": _server["host"],
    "PORT": _server["port"], "USER": _server["user"], "PASSWORD": _server["password"],
}}
# A package in a temporary folder, so that makemigrations writes nothing into the repository.
MIGRATION_MODULES = {"shop": "shop_migrations"}
USE_TZ = True
TIME_ZONE = "Europe/Berlin"
STATIC_URL = "/static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
