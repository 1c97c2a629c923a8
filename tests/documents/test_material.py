"""The pages on the model and the set: what is missing, what is there twice, what was learnt from."""

import html
import re

import pytest
from django.template.loader import render_to_string

from auditor.common.store import Store
from auditor.explain.material.documents import (
    Across,
    Copies,
    MissingGroup,
    MissingLabels,
    Overlap,
    Pair,
    Pairs,
)
from reports.documents.book import Book
from reports.documents.kinds import WORDS
from reports.documents.sections import material
from tests.documents import factory


@pytest.fixture
def printed(tmp_path):
    """The text of the section for facts with some changes."""
    store = Store(tmp_path)
    made = factory.evidence(store)

    def of(**changes: object) -> str:
        facts = made.validation_set.model_copy(update=changes)
        evidence = made.model_copy(update={"validation_set": facts})
        context = {
            "evidence": evidence,
            "words": WORDS["image"],
            "material": material.context(Book(evidence, store)),
        }
        page = "".join(
            render_to_string(f"documents/report/{name}.html", context) for name in ("model", "set")
        )
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))

    return of


def test_what_was_not_declared_and_not_looked_for_is_said(printed):
    text = printed()
    assert "not declared: no list of training items" in text
    assert "nearly the same were not looked for: not measured" in text
    assert "Rows without a label (left out) 0" in text
    assert "With marked boxes" not in text


def test_a_declared_list_without_matches_is_not_an_undeclared_one(printed):
    text = printed(training=Overlap(digest="ab" * 32, listed=4100))
    assert "0; compared with 4100 declared digests (list abababababab…)" in text
    assert "not declared" not in text


def test_items_that_were_learnt_from_are_listed_and_the_rest_counted(printed):
    text = printed(training=Overlap(digest="ab" * 32, listed=9, seen=3, items=("film-1", "film-2")))
    assert "film-1, film-2 and 1 more" in text


def test_missing_labels_are_printed_by_group_and_small_groups_are_not(printed):
    groups = (
        MissingGroup(column="site", value="north", missing=6, rows=80, p=0.0000123),
        MissingGroup(column="site", value="south", missing=2, rows=9, p=0.5),
        MissingGroup(column="view", value="PA", missing=8, rows=89, p=None),
    )
    text = printed(unlabelled=MissingLabels(missing=8, rows=128, groups=groups), boxes=60)
    assert "8 of 128 (6.2 %)" in text
    assert "north 80 7.5 % < 0.001" in text
    assert "PA 89 9.0 % one value only" in text
    assert "22.2 %" not in text
    assert "With marked boxes 60 of 120" in text


def test_pairs_are_counted_and_listed(printed):
    exact = Pairs(
        count=1, labels=1, listed=(Pair(first="f-1", second="f-2", labels=True, across=("site", "view")),)
    )
    near = Pairs(
        count=7,
        labels=0,
        across=(Across(column="site", pairs=5),),
        listed=(Pair(first="f-3", second="f-4", labels=False),),
        complete=False,
    )
    text = printed(copies=Copies(exact=exact, near=near, rule="They are alike."))
    assert "Nearly the same: They are alike." in text
    assert "same content 1 1 none" in text
    assert "nearly the same at least 7 0 site: 5" in text
    assert "same content f-1 f-2 yes site, view" in text
    assert "nearly the same f-3 f-4 no none" in text
    assert "6 more pairs are counted and not listed." in text
