"""Sentences that remember how they were made."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.common.errors import Refused
from auditor.common.said import (
    Figure,
    Said,
    Tongue,
    as_json,
    count,
    from_json,
    in_words,
    ours,
    say,
    sentences,
)
from auditor.explain.document import Document, Text

GERMAN = {
    "on %(n)s items (%(share)s %%)": "an %(n)s Objekten (%(share)s %%)",
    "left out: %(why)s": "ausgelassen: %(why)s",
    "too few": "zu wenige",
    "%(n)s item": ("%(n)s Objekt", "%(n)s Objekte"),
}
TONGUE = Tongue(
    word=lambda text: GERMAN.get(text, text),
    counted=lambda one, many, n: GERMAN[one][n != 1],
    number=lambda text: text.replace(".", ","),
)


class Holder(Document):
    text: Text
    more: tuple[Text, ...] = ()


def test_a_sentence_is_its_english_text():
    made = say("on %(n)s items (%(share)s %%)", n=12, share=Figure(7.25, 1))
    assert made == "on 12 items (7.2 %)"
    assert in_words(made, TONGUE) == "an 12 Objekten (7,2 %)"


def test_sentences_stand_in_sentences_and_lists():
    made = say("left out: %(why)s", why=(say("too few"), "site A"))
    assert in_words(made, TONGUE) == "ausgelassen: zu wenige, site A"


def test_counted_sentences_choose_their_form():
    assert [count("%(n)s item", "%(n)s items", n) for n in (0, 1, 2)] == ["0 items", "1 item", "2 items"]
    assert in_words(count("%(n)s item", "%(n)s items", 2), TONGUE) == "2 Objekte"


def test_text_without_values_is_literal_and_plain_json():
    assert say("95 % of 100 %(s)") == "95 % of 100 %(s)"
    assert as_json(say("too few")) == "too few"
    assert in_words("too few", TONGUE) == "zu wenige"
    assert in_words("", TONGUE) == ""


def test_a_place_without_a_value_is_an_error():
    with pytest.raises(ValueError, match="no value for 'n'"):
        say("%(n)s items", m=1)
    with pytest.raises(Refused, match="no value for 'n'"):
        Holder.parse(b'{"text": {"say": "%(n)s items", "with": {"m": 1}}}', name="evidence")


def test_documents_keep_how_a_sentence_was_made():
    held = Holder(
        text=say("left out: %(why)s", why=say("too few")), more=(count("%(n)s a", "%(n)s b", 3), "x")
    )
    again = Holder.parse(held.to_bytes(), name="holder")
    assert again == held
    assert again.to_bytes() == held.to_bytes()
    assert isinstance(again.text, Said)
    assert in_words(again.text, TONGUE) == "ausgelassen: zu wenige"
    assert again.more[0] == "3 b"
    with pytest.raises(Refused, match="should be text"):
        Holder.parse(b'{"text": 3}', name="holder")


def test_text_of_ours_is_said_where_it_stands_in_a_sentence():
    read = from_json(as_json(say("too few")))
    assert not isinstance(read, Said)
    assert in_words(say("left out: %(why)s", why=ours(read)), TONGUE) == "ausgelassen: zu wenige"
    assert ours(say("left out: %(why)s", why="x")).values == {"why": "x"}


def test_sentences_follow_each_other():
    made = sentences("too few", "", count("%(n)s item", "%(n)s items", 1))
    assert made == "too few 1 item"
    assert in_words(made, TONGUE) == "zu wenige 1 Objekt"
    assert sentences("", "too few") == "too few"
    assert sentences() == ""


def test_copies_remember():
    made = say("left out: %(why)s", why=say("too few"))
    for one in (copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert in_words(one, TONGUE) == "ausgelassen: zu wenige"


figures = st.builds(
    Figure,
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.none() | st.integers(0, 6),
    st.booleans(),
)
values = st.recursive(
    st.text(max_size=8) | st.integers(-(2**53), 2**53) | figures,
    lambda inner: st.lists(inner, max_size=3) | st.builds(lambda v: say("<%(v)s>", v=v), inner),
    max_leaves=6,
)


@given(values)
def test_json_brings_every_sentence_back(value):
    made = say("%(value)s!", value=value)
    again = from_json(as_json(made))
    assert again == made
    assert as_json(again) == as_json(made)
