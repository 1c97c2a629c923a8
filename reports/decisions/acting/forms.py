"""A form for each event, made from the event's own fields."""

from collections.abc import Callable
from dataclasses import fields
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import File
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.decisions import state as s
from reports.decisions.acting.offers import Offer, actor_of
from reports.decisions.acting.words import FIELDS, HINTS, REASONS, VERBS
from reports.decisions.reviewers import as_declared, current_reviewers
from reports.decisions.words import MATTERS, PARTIES

LARGEST_DOCUMENT = 20 * 2**20
_LONGEST = 4000
_SAID: dict[str, dict[str, Promise]] = {"party": PARTIES, "matter": MATTERS}


class _ReviewerField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} – {obj.authority}"


class EventForm(forms.Form):
    """The form of one event, with a field for each that the event has."""

    def __init__(
        self, offer: Offer, data: QueryDict | None = None, files: MultiValueDict[str, Any] | None = None
    ) -> None:
        self.event, self.kind = offer.event, offer.event.kind
        super().__init__(data, files, auto_id=f"{self.kind}-%s")
        for name in (field.name for field in fields(self.event) if field.name not in ("actor", *_LAST)):
            choices = offer.choices.get(name)
            made = _MADE[name]() if choices is None else _choice(name, choices)
            made.label = str(FIELDS[name])
            self.fields[name] = made
        self.fields["reason"] = _reason(self.event)
        self.fields["evidence"] = _evidence(self.event)

    @property
    def verb(self) -> Promise:
        """What the form does."""
        return VERBS[self.kind]

    @property
    def hint(self) -> Promise | str:
        """What to know about it."""
        return HINTS.get(self.kind, "")

    def clean_evidence(self) -> "File[bytes] | None":
        """Refuse a document that is too large to be kept with a decision."""
        given: File[bytes] | None = self.cleaned_data["evidence"]
        if given and (given.size or 0) > LARGEST_DOCUMENT:
            raise forms.ValidationError(_("A document has at most 20 MiB."))
        return given

    def made(self, user: User, keep: Callable[[str, bytes], str]) -> s.Event:
        """Return the event that was typed; `keep` puts a document away and returns its digest."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "evidence"}
        if "received_at" in given:
            given["received_at"] = _beginning(given["received_at"])
        if "months" in given:
            given["months"] = int(given["months"])
        if "reviewer" in given:
            given["reviewer"] = as_declared(given["reviewer"])
        for name, kind in (("party", s.Party), ("matter", s.Matter)):
            if name in given:
                given[name] = kind(given[name])
        document = self.cleaned_data["evidence"]
        evidence = keep(document.name, document.read()) if document else ""
        made: s.Event = self.event(actor=actor_of(self.event, user), evidence=evidence, **given)
        return made


def _beginning(day: date) -> datetime:
    """Return the first moment of a day where deadlines are counted: the period does not count the day itself."""
    return datetime.combine(day, time.min, settings.DEADLINE_ZONE)


def _choice(name: str, values: list[Any]) -> forms.Field:
    said = _SAID.get(name, {})
    return forms.ChoiceField(choices=[(str(value), said.get(value, str(value))) for value in values])


def _reason(event: type[Any]) -> forms.Field:
    return forms.CharField(
        label=str(REASONS.get(event.kind, FIELDS["reason"])),
        required=event.reasoned,
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="" if event.reasoned else _("May stay empty."),
    )


def _evidence(event: type[Any]) -> forms.Field:
    return forms.FileField(
        label=str(FIELDS["evidence"]),
        required=event.evidenced,
        help_text=_("It is encrypted with the person's key and goes with it.")
        if event.evidenced
        else _("May stay empty. It is encrypted with the person's key and goes with it."),
    )


_LAST = ("reason", "evidence")
_MADE: dict[str, Callable[[], forms.Field]] = {
    "received_at": lambda: forms.DateField(widget=forms.DateInput(attrs={"type": "date"})),
    "reviewer": lambda: _ReviewerField(
        current_reviewers(), help_text=_("Whoever is missing has no declared authority yet.")
    ),
    "outcome": lambda: forms.CharField(max_length=200),
    "hold": lambda: forms.CharField(max_length=200),
}
