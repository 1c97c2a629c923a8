"""What is wrong with a document is said in words that remember, whoever found it."""

import pytest
from pydantic import Field, model_validator

from auditor.common.errors import Refused
from auditor.common.said import Said, Tongue, in_words, say
from auditor.explain.document import Document

MARKED = Tongue(word=lambda text: f"«{text}»", counted=lambda one, many, n: f"«{many}»", number=lambda n: n)


class Small(Document):
    many: int = Field(default=1, ge=0, le=3)
    share: float = Field(default=0.5, gt=0.25)
    names: tuple[str, ...] = Field(default=(), max_length=1)

    @model_validator(mode="after")
    def _named(self) -> "Small":
        if self.names == ("x",):
            raise ValueError(say("%(name)s is no name", name="x"))
        return self


@pytest.mark.parametrize(
    ("content", "sentence", "marked"),
    [
        (
            b'{"many": 4}',
            "a.json, field many: input should be less than or equal to 3.",
            "«a.json, field many: «input should be less than or equal to 3».»",
        ),
        (
            b'{"share": 0.1}',
            "a.json, field share: input should be greater than 0.25.",
            "«a.json, field share: «input should be greater than 0.25».»",
        ),
        (
            b'{"names": ["x", "y"]}',
            "a.json, field names: at most 1 entries are allowed, not 2.",
            "«a.json, field names: «at most 1 entries are allowed, not 2».»",
        ),
        (b'{"names": ["x"]}', "a.json: x is no name.", "«a.json: «x is no name».»"),
        (
            b'{"other": 1}',
            "a.json, field other: extra inputs are not permitted.",
            "«a.json, field other: «extra inputs are not permitted».»",
        ),
        (b'{"many": "one"}', None, None),
        (b"{", None, None),
        (b"[]", "a.json: input should be an object.", "«a.json: «input should be an object».»"),
    ],
)
def test_mistakes_are_sentences(content, sentence, marked):
    with pytest.raises(Refused) as refusal:
        Small.parse(content, name="a.json")
    assert isinstance(refusal.value.sentence, Said)
    if sentence is not None:
        assert refusal.value.sentence == sentence
        assert in_words(refusal.value.sentence, MARKED) == marked
