"""All that evidence says is templates that catalogues hold, and values that a person or the code named."""

import re

import pytest

from auditor import messages
from auditor.common.said import Figure, Said, Tongue, in_words
from auditor.explain.cards import cards
from auditor.explain.document import Document
from auditor.explain.evidence import Evidence
from auditor.explain.words import PRINTED
from tests.explain import test_runner as images
from tests.explain import test_survey as surveys
from tests.explain import toys

COLUMNS = {"pressure", "Blood pressure", "mmHg", "ward", "idle", "sex", "F", "M"}
NAMED = {*toys.CLASSES, *COLUMNS, *(card.name for card in cards())}
ITEM = re.compile(r"(?:item-|r)\d+")
PAPERS = {card.paper for card in cards()}
MARKED = Tongue(word=lambda text: f"«{text}»", counted=lambda one, many, n: f"«{many}»", number=lambda n: n)
GIVEN = "%(given)s"


@pytest.fixture(scope="module")
def known():
    return {GIVEN, "%(path)s", *messages.templates()}


def texts(value):
    """Every sentence in a document, wherever it is."""
    if isinstance(value, Said):
        yield value
    elif isinstance(value, Document):
        for name in type(value).model_fields:
            yield from texts(getattr(value, name))
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, tuple | list):
        for one in value:
            yield from texts(one)


def leaves(value):
    """What stands in a sentence and is said in no language."""
    if isinstance(value, Said):
        for one in value.values.values():
            yield from leaves(one)
    elif isinstance(value, str):
        yield value
    elif not isinstance(value, Figure | int):
        for one in value:
            yield from leaves(one)


def parts(value):
    """A sentence and those that stand in it."""
    if isinstance(value, Said):
        yield value
        for one in value.values.values():
            yield from parts(one)
    elif not isinstance(value, str | Figure | int):
        for one in value:
            yield from parts(one)


def words(value, field=""):
    """Every text with several words in a document that is no sentence, save names, and the field that holds it."""
    if isinstance(value, Document):
        for name in {*type(value).model_fields} - {"name"}:
            yield from words(getattr(value, name), name)
    elif isinstance(value, dict):
        for one in (*value, *value.values()):
            yield from words(one, field)
    elif isinstance(value, tuple | list):
        for one in value:
            yield from words(one, field)
    elif isinstance(value, str) and not isinstance(value, Said) and " " in value:
        yield field, value


def check(found, known):
    printed = {str(word) for word in PRINTED}
    assert not {(field, text) for field, text in words(found) if text not in PAPERS | NAMED | printed}
    every = [one for one in texts(found) if one]
    assert len(every) > 10
    for one in every:
        unknown = [part.template for part in parts(one) if part.template not in known]
        assert not unknown, f"no catalogue holds {unknown}"
        strange = {leaf.strip("'") for leaf in leaves(one) if any(map(str.isalpha, leaf))} - NAMED
        assert not {leaf for leaf in strange if not ITEM.fullmatch(leaf)}, one
        if one.template != GIVEN:
            said = in_words(one, MARKED)
            assert said.startswith("«"), one
            assert said.endswith("»"), one
    return {part.template for one in every for part in parts(one)}


def test_evidence_about_images_is_said_in_templates_of_the_catalogues(tmp_path, known):
    plan = toys.plan(survey={"components": 2, "counterfactuals": 2}, minimum_group=2)
    evidence, _ = images.run(tmp_path, model=toys.threshold(slice(0, 8), slice(0, 8), level=0.5), plan=plan)
    for found in (evidence, Evidence.parse(evidence.to_bytes(), name="evidence")):
        said = check(found, known)
    assert "score interval (Wilson)" in said
    assert any("resamples" in template for template in said)


def test_evidence_about_a_table_is_said_in_templates_of_the_catalogues(tmp_path, known):
    found, _ = surveys.asked(tmp_path, surveys.table_plan())
    assert "mean absolute attribution over items" in check(found, known)


def test_what_cannot_be_answered_is_said_in_templates_of_the_catalogues(tmp_path, known):
    plan = surveys.picture_plan()
    model = toys.threshold(slice(0, 8), slice(0, 8), level=0.4)
    found, _, _ = surveys.pictures(tmp_path, model, plan)
    assert any("%(what)s: %(why)s" in template for template in check(found, known))


def test_a_glued_sentence_would_be_seen(known):
    with pytest.raises(AssertionError, match="no catalogue holds"):
        check(Glued(texts=(Said("mean of things", {}),) * 11), known)


class Glued(Document):
    texts: tuple[Said, ...]
    model_config = Document.model_config | {"arbitrary_types_allowed": True}
