"""Reports and letters speak the reader's language: nothing of ours is left in English, and no text claims too much."""

import re

import pytest
from django.conf import settings

from auditor.common.said import say
from auditor.common.store import Store
from auditor.explain.globals.documents import Survey
from reports.documents.html import page
from reports.documents.letter.page import letter_page
from reports.documents.plates import drawing
from reports.documents.plates.jobs import jobs
from tests.documents import extremes, factory, gallery_factory, graph_factory, letters, readability
from tests.documents.trust_factory import trust
from tests.pseudo import pseudo, unspoken
from tests.words import claims

LANGUAGES = [code for code, _name in settings.LANGUAGES]
# Data of these tests, names of products, methods, files and courts' cases, and what has no other word.
KNOWN = {
    *(
        "Retrace",
        "Phantom classifier",
        "Phantom films",
        "Synthetic chest films with a lesion at a known place.",
    ),
    *factory.CLASSES,
    *(f"phantom-{number:04d}" for number in range(8)),
    *(
        "sex",
        "site",
        "view",
        "F",
        "M",
        "AP",
        "PA",
        "north",
        "south",
        "gain",
        "randomised",
        "features",
        "head",
    ),
    *(
        "RT-2026",
        "RL-2026-000001",
        "SHA-256",
        "AUROC",
        "retrace.small_cnn",
        "worker-1",
        "x86-64 CPU, 1 thread",
        "loan-17",
    ),
    *("evidence.json", "statement.json", "arrays.txt", "ledger-proof.txt", "cpu, float32"),
    "Sundararajan, Taly, Yan: Axiomatic Attribution for Deep Networks (2017)",
    "The two worst errors, the two least certain and four typical items, drawn with the seed of the plan.",
    "baseline = 0.0, steps = 24",
    *letters.STATED.values(),
}
TECHNICAL = (
    r"Art\..*",  # articles; the names of acts are looked up
    r"[\w.-]+ v\d+, /[\w/]+",  # a rule and a place in the evidence
    r"(pdfdetach|python manage\.py|sha256sum)\b.*",
    r"(captum|numpy|torch) [\d.]+",
    r"71[,;].*",  # of a recital
)  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("store"))


def left(html: str) -> set[str]:
    """Return what stands in a document as it was written in the sources."""
    found = unspoken(html, KNOWN)
    return {line for line in found if not any(re.fullmatch(one, line) for one in TECHNICAL)}


def test_a_report_says_only_what_was_looked_up(store, monkeypatch):
    evidence = factory.evidence(store, marker=True, trust=trust())
    assert not left(page(factory.snapshot(evidence, language=pseudo(monkeypatch)), store).html)


def test_parts_and_the_titles_of_figures_are_looked_up(store, monkeypatch):
    """Matplotlib names in a comment each text that it draws as a path."""
    made = graph_factory.evidence(store, graph_factory.item(store, graph_factory.graph()))
    *parts, edges = made.regions
    edges = edges.model_copy(update={"title": say("all edges")})
    curve = extremes.curve("brightness", "partial_dependence").model_copy(
        update={"title": say("Mean brightness of the image"), "unit": say("grey level, 0 to 1")}
    )
    survey = Survey(curves=(curve,))
    evidence = made.model_copy(update={"regions": (*parts, edges), "survey": survey})
    found = page(factory.snapshot(evidence, language=pseudo(monkeypatch)), store)
    assert "«all edges»" in found.html
    assert "all edges" not in left(found.html)
    assert "from 0,5 at 0 «grey level, 0 to 1» to 0,82 at 123456 «grey level, 0 to 1»" in found.html
    drawn = b"".join(one.content for one in found.assets.values() if one.kind == "image/svg+xml").decode()
    for text in ("all edges", "Mean brightness of the image", "grey level, 0 to 1"):
        assert re.search(f"<!-- «{text}»", drawn)
        assert f"<!-- {text}" not in drawn


def test_plates_say_in_the_language_of_the_report_how_methods_were_tested(store, monkeypatch):
    document = gallery_factory.evidence(store, 30)
    job = next(jobs(factory.snapshot(document, language=pseudo(monkeypatch))))
    found = drawing.page(job, store).html
    assert "«✓ tests passed»" in found
    assert "«Grad-CAM»" in found
    assert not re.search("[^«](✓ tests passed|Grad-CAM)", found)


@pytest.mark.parametrize("make", [letters.about_a_picture, letters.about_a_row])
def test_a_letter_says_only_what_was_looked_up(make, store, monkeypatch):
    assert not left(letter_page(make(store, language=pseudo(monkeypatch)), store).html)


def test_an_untranslated_word_would_be_found():
    assert left("<p>«Issued» by Retrace</p><p>Verify it</p>") == {"by", "Verify it"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("marker", [True, False])
def test_no_report_claims_what_nobody_can(language, marker, store):
    evidence = factory.evidence(store, marker=marker, trust=trust())
    assert claims(plain(page(factory.snapshot(evidence, language=language), store).html), language) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", [letters.about_a_picture, letters.about_a_row])
@pytest.mark.parametrize("tested", [True, False])
def test_letters_are_plain_in_every_language(language, make, tested, store):
    more = {} if make is letters.about_a_row else {"tested": tested}
    found = plain(letter_page(make(store, language=language, **more), store).html)
    assert readability.ease(found, language) >= 60
    assert readability.lix(found) < 45
    assert claims(found, language) == []


def plain(html: str) -> str:
    """Return what a document says, without its style."""
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)).strip()
