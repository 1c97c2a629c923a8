"""What the report says of officers, of changed thresholds and of the last audit."""

import html
import re

import pytest
from django.core.management import call_command

from auditor.audits.comparison import compare
from auditor.common.errors import Refused
from auditor.common.store import Store
from reports.documents.declared.followed import DUE, KIND, OWNER, REASON, STATUS, WHO
from reports.documents.html import page
from reports.documents.snapshot import ChangedThreshold, Declaration, FixedPlan
from tests import words
from tests.audits import comparing
from tests.documents import factory

N = 60


@pytest.fixture
def printed(tmp_path):
    store = Store(tmp_path)
    gallery = factory.evidence(store).gallery
    stricter = comparing.plan(
        name="stricter", thresholds=comparing.plan().thresholds.model_copy(update={"accuracy": 0.9})
    )
    before = comparing.given(store, comparing.records([n < 20 for n in range(N)]), "run-before")
    after = comparing.given(
        store, comparing.records([n < 50 for n in range(N)]), "run-after", plan=stricter, gallery=gallery
    )
    when = "2026-11-20T10:00:00Z"
    changed = ChangedThreshold(
        name="accuracy", before=0.8, after=0.9, base="quick", by="Ada Lovelace", when=when
    )

    def text(**changes: object) -> str:
        given = {
            "comparison": compare(before, after),
            "plan": FixedPlan(name="stricter", by="Ada Lovelace", when=when, changes=(changed,)),
            "declarations": (
                Declaration(
                    section=OWNER,
                    field="accuracy",
                    text="",
                    rows=({WHO: "Grace Hopper", DUE: "2026-12-03"},),
                    by="Ada Lovelace",
                    when="2026-11-24T09:00:00Z",
                ),
                Declaration(
                    section=STATUS,
                    field="accuracy",
                    text="",
                    rows=({KIND: "accepted", REASON: "a pilot"},),
                    by="Ada Lovelace",
                    when="2026-11-24T10:00:00Z",
                ),
            ),
        }
        content = page(factory.snapshot(after.evidence, **(given | changes)), store).html
        return re.sub(
            r"\s+", " ", html.unescape(re.sub(r"<style.*?</style>|<[^>]+>", " ", content, flags=re.S))
        )

    return text


def test_owner_threshold_and_change_are_printed(printed):
    text = printed()
    assert "Grace Hopper, until 3 December 2026 stated by Ada Lovelace on 24 November 2026, 09:00 UTC" in text
    assert "accepted: a pilot" in text
    assert (
        "90.0 % (Accuracy, plan stricter, fixed by Ada Lovelace on 20 November 2026, 10:00 UTC; the default is 80.0 %)"
        in text
    )
    assert "Thresholds that were changed" in text
    assert "60 items are in both audits" in text
    assert "↗ better 0.333 0.833 +0.500" in text
    assert "50.0 % of the decisions changed" in text
    assert words.claims(text, "en") == []


def test_without_them_it_says_that_nothing_was_declared(printed):
    text = printed(comparison=None, plan=None, declarations=())
    assert "Owner, date not declared" in text
    assert "compared with no earlier one" in text
    assert "Thresholds that were changed" not in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "words"),
    [("last", "not the number of a run"), ("9e107d9d-372b-4b81-8e2b-000000000001", "There is no run")],
)
def test_a_run_to_compare_with_that_does_not_exist_is_refused_at_once(tmp_path, settings, asked, words):
    settings.EMBEDDED = False
    folders = {"model": tmp_path, "data": tmp_path, "out": tmp_path / "report.pdf"}
    with pytest.raises(Refused, match=words):
        call_command("audit", **folders, compare_with=asked)
