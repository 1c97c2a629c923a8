"""The register's terms in words: states, events, actors, and how far away a day is."""

from datetime import datetime

from django.conf import settings
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from reports.decisions.state import ActorKind, Matter, Party, State, Task

STATES: dict[str, Promise] = {
    State.RECORDED: pgettext_lazy("decision", "recorded"),
    State.CONTESTED: pgettext_lazy("decision", "contested"),
    State.UNDER_REVIEW: pgettext_lazy("decision", "under review"),
    State.UPHELD: pgettext_lazy("decision", "upheld"),
    State.CORRECTED: pgettext_lazy("decision", "corrected"),
    State.RETRACTED: pgettext_lazy("decision", "retracted"),
    State.NOTIFIED: pgettext_lazy("decision", "everyone told"),
    State.ERASED: pgettext_lazy("decision", "erased"),
}
EVENTS: dict[str, Promise] = {
    "retraced": _("Re-traced"),
    "contested": _("Contested"),
    "heard": _("Point of view entered"),
    "acknowledged": _("Receipt acknowledged"),
    "extended": _("Period extended"),
    "contest_withdrawn": _("Contest withdrawn"),
    "review_assigned": _("Reviewer named"),
    "upheld": _("Upheld"),
    "corrected": _("Corrected"),
    "retracted": _("Retracted"),
    "subject_notified": _("Person told"),
    "recipient_notified": _("Recipient told"),
    "recipient_excused": _("Recipient need not be told"),
    "restricted": _("Processing restricted"),
    "restriction_announced": _("Lifting of the restriction announced"),
    "restriction_lifted": _("Restriction lifted"),
    "hold_placed": _("Legal hold placed"),
    "hold_lifted": _("Legal hold lifted"),
    "superseded": _("Superseded"),
    "erasure_refused": _("Erasure refused"),
    "erased": _("Erased"),
}
ACTORS: dict[str, Promise] = {
    ActorKind.OFFICER: _("officer"),
    ActorKind.REVIEWER: _("reviewer"),
    ActorKind.SYSTEM: _("sending system"),
    ActorKind.CLOCK: _("schedule"),
}
PARTIES: dict[str, Promise] = {
    Party.SUBJECT: _("the person concerned"),
    Party.REPRESENTATIVE: _("a representative"),
}
MATTERS: dict[str, Promise] = {
    Matter.DECISION: _("the outcome of the review"),
    Matter.RESTRICTION: _("the restriction"),
    Matter.ERASURE: _("the erasure to come"),
}
TASKS: dict[str, Promise] = {
    Task.ACKNOWLEDGE: _("Acknowledge the receipt of the contest"),
    Task.ANSWER: _("Answer the person (GDPR Art. 12(3))"),
    Task.TELL_SUBJECT: _("Tell the person the outcome"),
    Task.TELL_RECIPIENTS: _("Tell the recipients (GDPR Art. 19)"),
}
INVOLVEMENT: dict[str, Promise] = {
    "none": _("No human took part"),
    "oversight": _("A human oversaw the model's decision"),
    "decision": _("A human decided with the model's help"),
}


def days_until(moment: datetime, now: datetime) -> int:
    """Return how many days away a moment's date is where deadlines are counted; below 0 once the moment is over."""
    zone = settings.DEADLINE_ZONE
    days = (moment.astimezone(zone).date() - now.astimezone(zone).date()).days
    return min(days, -1) if moment < now else days


def how_far(moment: datetime, now: datetime) -> str:
    """Return in words how far away a deadline is."""
    days = days_until(moment, now)
    if days < 0:
        return ngettext("%(n)s day overdue", "%(n)s days overdue", -days) % {"n": -days}
    if days == 0:
        return str(_("today"))
    if days == 1:
        return str(_("tomorrow"))
    return ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}


def day_of(moment: datetime) -> str:
    """Return the date of a moment where deadlines are counted, as the active language writes it."""
    return date_format(moment.astimezone(settings.DEADLINE_ZONE).date(), "SHORT_DATE_FORMAT")
