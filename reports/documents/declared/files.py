"""Statements in a file: a JSON object with a text or rows by field id."""

import json
from collections.abc import Mapping
from pathlib import Path

from auditor.common.errors import Refused
from auditor.common.said import say
from reports.documents.declared.statements import Statement, field_named, statement

_LARGEST = 2**22


def read_declarations(path: Path) -> dict[str, Statement]:
    """Return the statements in a file by field id; raises Refused with a sentence that names the file and the field."""
    found = _object(path)
    made = {}
    for name, value in found.items():
        try:
            made[name] = _statement(name, value)
        except Refused as error:
            raise Refused(say("%(path)s: %(why)s", path=str(path), why=error.sentence)) from None
    return made


def _object(path: Path) -> Mapping[str, object]:
    try:
        if path.stat().st_size > _LARGEST:
            raise Refused(say("%(path)s is too large for a file of declarations.", path=str(path)))
        found = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_once)
    except OSError as error:
        why = error.strerror or str(error)
        raise Refused(say("%(path)s could not be read: %(why)s.", path=str(path), why=why)) from error
    except (ValueError, RecursionError) as error:
        raise Refused(say("%(path)s is not JSON: %(why)s.", path=str(path), why=str(error))) from None
    if not isinstance(found, dict):
        raise Refused(
            say("%(path)s holds no JSON object; write {\"field id\": \"text\"}.", path=str(path))
        )  # fmt: skip
    return found


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made: dict[str, object] = {}
    for name, value in pairs:
        if name in made:
            raise ValueError(f"the name {name!r} stands in it twice")
        made[name] = value
    return made


def _statement(name: str, value: object) -> Statement:
    field = field_named(name)
    if isinstance(value, str):
        return statement(field, value)
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        for row in value:
            if not all(isinstance(cell, str) for cell in row.values()):
                raise Refused(say("“%(name)s” has a row with something else than text in it.", name=name))
        return statement(field, rows=value)
    raise Refused(
        say("“%(name)s” is neither a text nor a list of objects with a text for each column.", name=name)
    )
