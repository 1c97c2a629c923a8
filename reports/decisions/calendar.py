"""Where the installation counts its deadlines."""

from django.conf import settings

from reports.decisions.state import Calendar


def own_calendar() -> Calendar:
    """Return the installation's time zone with its public holidays."""
    return Calendar(zone=settings.DEADLINE_ZONE, holidays=settings.DEADLINE_HOLIDAYS)
