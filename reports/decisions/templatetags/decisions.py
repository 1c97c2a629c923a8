"""What pages say of decisions in words: states, how far away a deadline is, and how many are due."""

from datetime import datetime

from django import template
from django.utils.functional import Promise

from auditor.common.clock import utc_now
from reports.decisions.due import DueSoon, due_soon
from reports.decisions.words import ACTORS, INVOLVEMENT, STATES, TASKS, day_of, days_until, how_far

register = template.Library()

_TONES = {
    "contested": "warning",
    "under_review": "warning",
    "upheld": "missing",
    "corrected": "missing",
    "retracted": "missing",
    "notified": "good",
}


@register.filter
def state_word(state: str) -> Promise | str:
    """Return a state in words."""
    return STATES.get(state, state)


@register.filter
def state_tone(state: str) -> str:
    """Return how a state stands out."""
    return _TONES.get(state, "")


@register.filter
def actor_word(actor: str) -> Promise | str:
    """Return in words in which role somebody acted."""
    return ACTORS.get(actor, actor)


@register.filter
def task_word(task: str) -> Promise | str:
    """Return in words what is due."""
    return TASKS.get(task, task)


@register.filter
def involvement_word(involvement: str) -> Promise | str:
    """Return in words what part a human had."""
    return INVOLVEMENT.get(involvement, involvement)


@register.filter
def until(moment: datetime) -> str:
    """Return in words how far away a deadline is."""
    return how_far(moment, utc_now())


@register.filter
def overdue(moment: datetime) -> bool:
    """Say whether a deadline is over."""
    return days_until(moment, utc_now()) < 0


@register.filter
def day(moment: datetime) -> str:
    """Return the date of a moment where deadlines are counted."""
    return day_of(moment)


@register.simple_tag
def decisions_due() -> DueSoon:
    """Return how many decisions wait for an answer soon, and how many for longer than they may."""
    return due_soon(utc_now())
