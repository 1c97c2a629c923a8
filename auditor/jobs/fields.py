"""Sentences in the database that remember how they were made."""

import json
from typing import TYPE_CHECKING, Any

from django.db import models

from auditor.common.said import Said, as_json, from_json, say

_MARK = '{"say": '

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField


class SaidField(_TextField):
    """Text of ours: a sentence with values is kept as JSON with its template, other text as it is.

    What is read back is a `Said`, or plain text where there are no values; both equal the English sentence.
    """

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        """Return what a column holds as text that can be said."""
        if value is None or not value.startswith(_MARK):
            return value
        found = from_json(json.loads(value))
        return found if isinstance(found, str) else value

    def get_prep_value(self, value: Any) -> Any:
        """Return text as the column holds it."""
        if isinstance(value, str):
            if not isinstance(value, Said) and value.startswith(_MARK):
                value = say("%(text)s", text=value)
            kept = as_json(value)
            value = kept if isinstance(kept, str) else json.dumps(kept, ensure_ascii=False)
        return super().get_prep_value(value)
