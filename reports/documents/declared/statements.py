"""What a field of the catalogue takes, pure: a text, a choice or rows, within limits that are said in a sentence."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from auditor.common.errors import Refused
from auditor.common.said import say
from reports.documents.declared.fields import BY_ID, Field

LONGEST, LONGEST_LINE, MOST_ROWS = 10_000, 300, 100
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Statement(NamedTuple):
    """What is stated about one field: text, or rows with a text for each column."""

    text: str = ""
    rows: tuple[dict[str, str], ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is stated."""
        return not self.text and not self.rows


def field_named(name: str) -> Field:
    """Return the field with an id; raises Refused where the catalogue has none."""
    if name not in BY_ID:
        raise Refused(
            say("There is no field “%(name)s” to declare; the fields are %(fields)s.",
                name=name[:100], fields=tuple(BY_ID))
        )  # fmt: skip
    return BY_ID[name]


def statement(field: Field, text: str = "", rows: Iterable[Mapping[str, str]] = ()) -> Statement:
    """Return what was stated, cleaned of blanks; raises Refused where the field does not take it."""
    given = tuple(rows)
    if field.kind == "rows":
        _refuse(field, bool(text.strip()), say("it takes rows, not a text"))
        return Statement(rows=tuple(_rows(field, given)))
    _refuse(field, bool(given), say("it takes a text, not rows"))
    cleaned = _clean(field, text)
    if field.kind == "choice":
        known = not cleaned or cleaned in field.choices
        _refuse(field, not known, say("it is one of %(choices)s", choices=tuple(field.choices)))
    if field.kind == "line":
        _refuse(field, "\n" in cleaned, say("it takes a single line"))
        _refuse(field, len(cleaned) > LONGEST_LINE, say("it takes at most %(n)s characters", n=LONGEST_LINE))
    return Statement(text=cleaned)


def _rows(field: Field, given: Sequence[Mapping[str, str]]) -> Iterable[dict[str, str]]:
    _refuse(field, len(given) > MOST_ROWS, say("it takes at most %(n)s rows", n=MOST_ROWS))
    for row in given:
        unknown = tuple(str(name)[:50] for name in row if name not in field.columns)
        columns = tuple(field.columns)
        _refuse(field, bool(unknown), say("its columns are %(columns)s", columns=columns))
        cleaned = {name: _clean(field, row.get(name, "")) for name in field.columns}
        if any(cleaned.values()):
            yield cleaned


def _clean(field: Field, text: str) -> str:
    cleaned = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    _refuse(field, len(cleaned) > LONGEST, say("it takes at most %(n)s characters", n=LONGEST))
    _refuse(field, bool(_UNSTORABLE.search(cleaned)), say("it holds a character that is not text"))
    return cleaned


def _refuse(field: Field, wrong: bool, why: str) -> None:
    if wrong:
        raise Refused(say("“%(field)s” was not declared: %(why)s.", field=str(field.title), why=why))
