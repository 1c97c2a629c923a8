"""One form a section: a field for each statement, and beside it the number of the statement that was read."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db import transaction
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from auditor.audits.models import Run
from auditor.common.errors import Refused
from auditor.language import said
from reports.documents.declared.fields import Field
from reports.documents.declared.queries import Stated, stated_by
from reports.documents.declared.services import Overtaken, declaration_make
from reports.documents.declared.statements import LONGEST, LONGEST_LINE, MOST_ROWS, Statement, statement

BLANK_ROWS = 1
Rows = list[dict[str, str]]


class RowsWidget(forms.Widget):
    """Rows of inputs, one of them blank; asking for more needs no script."""

    def __init__(self, columns: Mapping[str, object], title: object, more: bool) -> None:
        super().__init__()
        self._columns, self._title, self._blank = columns, title, 3 if more else BLANK_ROWS

    def render(
        self, name: str, value: Rows | None, attrs: Mapping[str, Any] | None = None, renderer: object = None
    ) -> SafeString:
        """Return the rows as inputs whose names carry the row's place."""
        rows = (value or []) + [{} for _row in range(self._blank)]
        cells = [
            [
                (f"{name}-{place}-{column}", title, row.get(column, ""))
                for column, title in self._columns.items()
            ]
            for place, row in enumerate(rows[:MOST_ROWS])
        ]
        return render_to_string("documents/declared/_rows.html", {"cells": cells, "title": self._title})

    def value_from_datadict(self, data: Mapping[str, Any], files: object, name: str) -> Rows:
        """Return the rows that hold anything."""
        found: Rows = []
        for place in range(MOST_ROWS + 1):
            row = {column: str(data.get(f"{name}-{place}-{column}", "")) for column in self._columns}
            if any(cell.strip() for cell in row.values()):
                found.append(row)
        return found


class RowsField(forms.Field):
    """What the rows hold."""

    def has_changed(self, initial: object, data: object) -> bool:
        """Return whether rows differ; the statements themselves are compared instead."""
        return initial != data


class SectionForm(forms.Form):
    """The statements of one section for one run; `save` makes those that were changed, all or none."""

    def __init__(
        self,
        run: Run,
        stated: Sequence[Stated],
        posted: QueryDict | None = None,
        more: bool = False,
    ) -> None:
        self.section = stated[0].field.section
        self._posted = None if posted is None else posted.copy()
        super().__init__(self._posted, prefix=self.section)
        self.run, self.stated = run, {one.field.name: one for one in stated}
        for name, one in self.stated.items():
            self.fields[name] = _form_field(one.field, more)
            self.fields[seen(name)] = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
            held = stated_by(one.last) if one.last else Statement()
            self.initial[name] = list(held.rows) if one.field.kind == "rows" else held.text
            self.initial[seen(name)] = one.number

    def entries(self) -> list[tuple[Stated, forms.BoundField, forms.BoundField]]:
        """Return each field with what was stated, its input, and the hidden number."""
        return [(one, self[name], self[seen(name)]) for name, one in self.stated.items()]

    def save(self, by: User) -> bool:
        """Make what was changed; return False, with the refusals beside their fields, where any was refused."""
        with transaction.atomic():
            for name, one in self.stated.items():
                self._make(name, one, by)
            if self.errors:
                transaction.set_rollback(True)
        return not self.errors

    def _make(self, name: str, one: Stated, by: User) -> None:
        number, value = self.cleaned_data[seen(name)], self.cleaned_data[name]
        text, rows = ("", value) if one.field.kind == "rows" else (value, ())
        try:
            if statement(one.field, text, rows) == _read(one, number):
                return
            declaration_make(run=self.run, field=one.field.id, text=text, rows=rows, by=by, seen=number)
        except Overtaken:
            self.add_error(
                name,
                _(
                    "Somebody else changed this meanwhile. Your text is kept here: save it again to replace theirs."
                ),
            )
            self._take_note(name, one)
        except Refused as error:
            self.add_error(name, said(error.sentence))

    def _take_note(self, name: str, one: Stated) -> None:
        """Let the next save replace what the page now shows."""
        if self._posted is not None:
            self._posted[self.add_prefix(seen(name))] = str(one.number)


def seen(name: str) -> str:
    """Return the name of the input that says which statement was read."""
    return f"{name}-seen"


def _read(one: Stated, number: int) -> Statement:
    """Return the statement that was on the page when somebody began to write."""
    rows = [row for row in one.history if row.number == number]
    return stated_by(rows[0]) if rows else Statement()


def _form_field(field: Field, more: bool) -> forms.Field:
    common: dict[str, Any] = {"label": field.title, "help_text": field.help, "required": False}
    if field.kind == "rows":
        return RowsField(widget=RowsWidget(field.columns, field.title, more), **common)
    if field.kind == "choice":
        choices = [("", gettext_lazy("not declared")), *field.choices.items()]
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
    if field.kind == "line":
        return forms.CharField(max_length=LONGEST_LINE, **common)
    rows = {"rows": 3}
    return forms.CharField(max_length=LONGEST, widget=forms.Textarea(attrs=rows), **common)
