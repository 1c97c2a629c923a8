"""The Celery application; tasks carry ids only, and the rows in Postgres are the truth."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auditor.settings")

app = Celery("retrace")
app.set_default()  # for every thread of a web process, not only for the one that imports this
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
