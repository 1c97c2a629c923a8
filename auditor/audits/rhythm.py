"""How often a schedule runs, in words."""

from datetime import time

from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django_celery_beat.models import CrontabSchedule


def rhythm(crontab: CrontabSchedule) -> str:
    """Return when a crontab comes round, in the active language; one that no form makes stays as it is written."""
    if not (crontab.hour.isdecimal() and crontab.minute.isdecimal()):
        return str(crontab)
    at = time_format(time(int(crontab.hour), int(crontab.minute)))
    if crontab.day_of_month.isdecimal():
        return _("monthly on day %(day)s, at %(time)s") % {"day": crontab.day_of_month, "time": at}
    if crontab.day_of_week.isdecimal():
        weekday = WEEKDAYS[(int(crontab.day_of_week) - 1) % 7]
        return _("weekly on %(weekday)s, at %(time)s") % {"weekday": weekday, "time": at}
    return _("daily at %(time)s") % {"time": at}
