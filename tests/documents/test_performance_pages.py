"""The pages on performance: every number is printed once, nothing small, and equal numbers give equal bytes."""

import re

import pytest
from django.template.loader import render_to_string

from auditor.common.store import Store
from reports.documents.book import Book
from reports.documents.figures.reliability import reliability
from reports.documents.sections import material, performance
from tests.documents import factory


@pytest.fixture
def made(tmp_path):
    store = Store(tmp_path)
    document = factory.evidence(store)
    book = Book(document, store)
    context = performance.context(book)
    html = render_to_string(
        "documents/report/performance.html", {"performance": context, "evidence": document}
    )
    return book, context, re.sub(r"\s+", " ", html)


def test_metrics_stand_under_what_they_speak_of(made):
    _, context, html = made
    assert [title for title, _ in context["kinds"]] == ["Discrimination", "Decisions", "Probabilities"]
    for words in (
        "Average precision (area under the PR curve), lesion",
        "Negative predictive value, lesion",
        "Calibration error, corrected for chance",
        "Prevalence in the set",
    ):
        assert html.count(words) == 1


def test_what_mirrors_the_second_of_two_classes_is_not_said_twice(made, tmp_path):
    book, _, _ = made
    both = tuple(
        metric.model_copy(update={"of": name})
        for metric in book.evidence.performance.overall
        if metric.name in ("sensitivity", "auprc")
        for name in factory.CLASSES
    )
    changed = book.evidence.performance.model_copy(update={"overall": both})
    document = factory.evidence(book.store, performance=changed)
    kinds = dict(performance.context(Book(document, book.store))["kinds"])
    assert [title for title, _ in kinds["Decisions"]] == ["Sensitivity, lesion"]
    assert len(kinds["Discrimination"]) == 2


def test_groups_that_are_withheld_have_no_numbers(made):
    book, context, html = made
    rows = {(row["column"], row["value"]): row for row in context["groups"]}
    assert rows["site", "north"]["n"] is None
    assert rows["site", "north"]["numbers"] == [None] * 3
    assert "the numbers of a group that is too small would follow" in html
    assert "too small to be measured" in html
    assert "113" not in html
    sites = dict(material.context(book)["columns"])["site"]
    assert [row[1] for row in sites] == ["not printed", "fewer than 10"]


def test_gaps_are_ordered_by_their_adjusted_p_and_the_rare_are_marked(made):
    book, context, html = made
    assert not any(gap["beyond"] for gap in context["gaps"])
    gaps = (
        factory.gap("sex", "F", 0.02),
        factory.gap("view", "AP", -0.3, p=0.0001, adjusted=0.0004, name="sensitivity", of="lesion"),
    )
    changed = book.evidence.performance.model_copy(update={"gaps": gaps})
    document = factory.evidence(book.store, performance=changed)
    found = performance.context(Book(document, book.store))["gaps"]
    assert [(gap["value"], gap["adjusted"], gap["beyond"]) for gap in found] == [
        ("AP", "<\u00a00.001", True),
        ("F", "0.800", False),
    ]
    assert "Gaps between a group and the others" in html


def test_the_reliability_diagram_is_the_same_twice():
    curve = factory.reliability()
    first, second = (reliability(curve, "mean probability", "share labelled so") for _ in range(2))
    assert first == second
    assert b"<svg" in first
