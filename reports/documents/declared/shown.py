"""Statements in words of the active language: choices, dates, and what became of findings."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.documents.declared.fields import BY_ID
from reports.documents.formats import day
from reports.documents.snapshot import Declaration

_STATUS: Mapping[str, str | Promise] = {
    "accepted": gettext_lazy("accepted"),
    "closed": gettext_lazy("closed"),
    "reopened": gettext_lazy("reopened"),
}


def text_of(declared: Declaration) -> str:
    """Return the text of a statement; a choice in the words of the catalogue."""
    field = BY_ID.get(f"{declared.section}.{declared.field}")
    return str(field.choices.get(declared.text, declared.text)) if field else declared.text


def owner_of(declared: Declaration) -> str:
    """Return who sees to a finding, and until when."""
    (row,) = declared.rows
    if not row["due"]:
        return row["owner"]
    return _("%(owner)s, until %(due)s") % {"owner": row["owner"], "due": day(row["due"])}


def status_of(declared: Declaration) -> str:
    """Return what was decided about a finding, by which audit, and why."""
    (row,) = declared.rows
    status = str(_STATUS.get(row["status"], row["status"]))
    if row["follow_up"]:
        status = _("%(status)s by the audit %(run)s") % {"status": status, "run": row["follow_up"]}
    return f"{status}: {row['reason']}" if row["reason"] else status
