"""Sentences in the database remember how they were made."""

import pytest

from auditor.audits.models import Schedule
from auditor.common.said import Figure, Said, as_json, count, say
from auditor.jobs.fields import SaidField

SENTENCES = [
    "",
    "plain text",
    '{"say": "text that a person gave"}',
    say("without values"),
    say("%(name)s is %(share)s %% of %(kind)s", name="é", share=Figure(7.25, 1), kind=say("all")),
    count("%(n)s item", "%(n)s items", 3),
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_comes_back_as_it_was_made(sentence):
    field = Schedule._meta.get_field("last_error")
    assert isinstance(field, SaidField)
    again = field.from_db_value(field.get_prep_value(sentence), None, None)
    assert again == sentence
    if isinstance(sentence, Said):
        assert as_json(again) == as_json(sentence)


def test_columns_hold_plain_text_where_nothing_is_to_be_remembered():
    field = SaidField()
    assert field.get_prep_value(say("without values")) == "without values"
    assert field.get_prep_value(None) is None
    assert field.from_db_value(None) is None
