"""What people declared, field by field, with what nobody declared; the same for every section."""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _

from reports.documents.book import ReportBook
from reports.documents.declared.fields import FIELDS, Field, of_section
from reports.documents.formats import moment
from reports.documents.snapshot import Declaration


class Statement(NamedTuple):
    """A field as it is printed.

    Attributes
    ----------
    text : what was stated; None where nothing was, or where `rows` hold it
    columns, rows : the titles of a table's columns and its lines
    by, when : who stated it, and when in words
    """

    name: str
    title: str
    hook: str
    text: str | None
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    by: str
    when: str

    @property
    def missing(self) -> bool:
        """Return whether nobody stated anything."""
        return self.text is None and not self.rows


def context(book: ReportBook) -> dict[str, list[Statement]]:
    """Return the statements of every section, by its name."""
    return {section: declared(book, section) for section in dict.fromkeys(field.section for field in FIELDS)}


def declared(book: ReportBook, section: str) -> list[Statement]:
    """Return the fields of a section in the order of the catalogue, whether stated or not."""
    known = _known(book)
    return [_statement(field, known.get((section, field.name))) for field in of_section(section)]


def undeclared(book: ReportBook) -> list[Field]:
    """Return the fields that nobody declared."""
    known = _known(book)
    return [field for field in FIELDS if (field.section, field.name) not in known]


def _known(book: ReportBook) -> Mapping[tuple[str, str], Declaration]:
    found = {(one.section, one.field): one for one in book.snapshot.declarations}
    return {place: one for place, one in found.items() if one.text.strip() or one.rows}


def _statement(field: Field, found: Declaration | None) -> Statement:
    return Statement(
        name=field.name,
        title=str(field.title),
        hook=field.hook,
        text=_text(field, found) if found and not found.rows else None,
        columns=tuple(str(title) for title in field.columns.values()) if found and found.rows else (),
        rows=tuple(_row(field, row) for row in found.rows) if found else (),
        by=found.by if found else "",
        when=moment(found.when) if found else "",
    )


def _text(field: Field, found: Declaration) -> str:
    return str(field.choices.get(found.text, found.text))


def _row(field: Field, row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row.get(name, "") or _("not declared") for name in field.columns)
