"""The chapter on trust: verdicts as words and signs, failures as large as passes, nothing where nothing was tested."""

import pytest

from auditor.common.store import Store
from auditor.explain.trust.documents import Trust
from reports.documents.html import page
from tests.documents import factory, trust_factory


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path)


def chapter(store: Store, trust: Trust) -> str:
    html = page(factory.snapshot(factory.evidence(store, trust=trust)), store).html
    return html.partition('id="trusted"')[2].partition("</section>")[0]


def test_methods_stand_in_the_order_of_their_gain_and_a_failure_is_named(store):
    text = chapter(store, trust_factory.trust())
    verdicts = text.partition("</table>")[0]
    places = [verdicts.index(title) for title in ("Occlusion", "Grad-CAM", "Integrated Gradients")]
    assert places == sorted(places)
    assert verdicts.count("✗ failed") == 2
    assert verdicts.count("✓ yes") == 1
    assert verdicts.count("✗ no") == 1
    assert verdicts.count("? undecided") == 2


def test_every_measure_is_printed_once_with_its_interval_beside_random_maps(store):
    text = chapter(store, trust_factory.trust())
    assert text.count("0.710") == 1  # insertion of Occlusion
    assert text.count("0.670 – 0.750") == 1
    assert "random maps" in text.partition("Sanity")[0]
    assert text.count("<img") == 2


def test_explanations_that_nobody_tested_are_not_passed_off_as_tested(store):
    text = chapter(store, Trust())
    assert "were not tested" in text
    assert "<table" not in text
