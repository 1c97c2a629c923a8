"""Sheets: how many items fit, the scale that they share, and which groups may stand beside an item."""

import re

import numpy as np
import pytest
from django.utils.translation import override
from PIL import ImageFont

from auditor.common.store import Store
from auditor.explain.evidence import GroupPerformance
from auditor.explain.spec import ModelSpec
from reports.documents.book import Book
from reports.documents.columns import columns
from reports.documents.figures.style import typeface
from reports.documents.html import page
from reports.documents.portraits import portrait
from reports.documents.sections.gallery import context
from reports.documents.sections.sheet import groups, sheet
from reports.documents.sheets import layout, sheets
from tests.documents import factory, gallery_factory

A4 = 297 - 18 - 18


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("store"))
    return gallery_factory.evidence(store, 12), store


def with_methods(evidence, count, **given):
    spec = evidence.model.spec.model_dump(by_alias=True) | ({"input": given} if given else {})
    return evidence.model_copy(
        update={
            "methods": (evidence.methods[0],) * count,
            "model": evidence.model.model_copy(update={"spec": ModelSpec.model_validate(spec)}),
        }
    )


VOLUME = {"kind": "volume", "depth": 8, "height": 8, "width": 8, "low": 0, "high": 1}
TABLE = {"kind": "table", "columns": [{"name": f"c{n}", "kind": "number"} for n in range(14)]}
GRAPH = {"kind": "graph", "nodes": 9, "features": [{"name": "a"}]}


@pytest.mark.parametrize("given", [{}, VOLUME, GRAPH])
@pytest.mark.parametrize("count", [1, 3, 5, 7, 11])
def test_as_many_items_as_fit(made, given, count):
    laid = layout(with_methods(made[0], count, **given))
    assert laid.across * laid.width + 2.7 * (laid.across - 1) <= 178
    assert 9 + laid.scales + laid.items * (laid.item + 2.0) <= A4 or laid.items == 1
    assert 9 + laid.scales + (laid.items + 1) * (laid.item + 2.0) > A4


def test_a_volume_and_many_methods_take_more_room(made):
    found = [layout(with_methods(made[0], *of[:1], **of[1])).items for of in ((5, {}), (5, VOLUME), (11, {}))]
    assert found == [5, 1, 2]


def test_pages_hold_every_entry_once():
    assert sheets(list(range(7)), 3) == [[0, 1, 2], [3, 4, 5], [6]]


def test_items_of_a_page_share_one_scale_a_method(made):
    evidence, store = made
    laid, drawn = layout(evidence), portrait(evidence, store)
    book = Book(evidence, store)
    first, second = (sheet(book, drawn, laid, part, 1) for part in sheets(evidence.gallery.entries, 5)[:2])
    names = [name for name, _title in gallery_factory.METHODS]
    for shown, part in zip((first, second), sheets(evidence.gallery.entries, 5), strict=False):
        (row,) = shown["scales"]
        for name, scale in zip(names, row["known"], strict=True):
            pooled = np.concatenate([drawn.values(one.item, name).ravel() for one in part])
            assert scale["full"] == f"±{np.percentile(np.abs(pooled), 99.5):.2g}"
            assert f"{scale['full']} {scale['tested']}" in row["values"]
    assert first["scales"][0]["values"] != second["scales"][0]["values"]


def test_lines_of_columns_stand_below_their_pictures(made):
    evidence, store = made
    drawn = portrait(evidence, store)
    shown = sheet(Book(evidence, store), drawn, layout(evidence), evidence.gallery.entries[:1], 1)
    (row,) = shown["entries"][0]["rows"]
    first, second, third = (line.split("\t") for line in row["lines"].split("\n"))
    first = [one.strip() for one in first]
    assert first == [
        "original",
        "? Grad-CAM",
        "✗ Integrated Gradients",
        "✓ Occlusion",
        "✓ LIME",
        "✓ KernelSHAP",
    ]
    assert all(" to +" in said for said in second[1:])
    assert [said.strip() for said in third[2:5]] == ["error 1.0 %", "", "chance ±10 %; R² 0.80"]
    assert len(row["pictures"]) == 6
    assert "chance ±10 %; R² 0.80" in row["pictures"][4]["alt"]


def test_long_texts_are_broken_and_cut_so_that_no_column_is_pushed():
    found = columns(
        [["W" * 60], ["one two three four five six seven eight nine ten eleven"], [], ["short"]], 20, 6, 2, 23
    )
    first, second = ([one.rstrip("\u00a0") for one in line.split("\t")] for line in found.split("\n"))
    assert first[0].endswith("…")
    assert len(first[0]) < 12
    assert second[1].endswith("…")
    assert second[2] == second[3] == ""
    assert first[3] == "short"
    font = ImageFont.truetype(typeface(), 600)
    assert all(font.getlength(one) / 100 * 25.4 / 72 <= 20 for one in (*first, *second))


def test_a_picture_depends_on_the_items_beside_it(made):
    evidence, store = made
    drawn = portrait(evidence, store)
    items = [entry.item for entry in evidence.gallery.entries[:5]]
    alone, together = (drawn.scales(found) for found in (items[:1], items))
    assert drawn.draw(items[0], "lime", alone) != drawn.draw(items[0], "lime", together)
    assert drawn.draw(items[0], "original", alone) == drawn.draw(items[0], "original", together)


def test_groups_are_printed_where_performance_prints_them(made):
    evidence = made[0]
    entry = evidence.gallery.entries[1].item.entry

    def shown(**values):
        return groups(evidence, entry.model_copy(update={"groups": values}))

    assert shown(sex="F") == ["sex F"]
    assert shown(sex="F", view="AP") == ["sex F", "view AP"]
    assert shown(site="south") == shown(site="north") == []  # south is small, north would tell it
    assert shown(age="90") == []  # not measured
    assert shown() == []


def test_two_groups_that_few_share_are_not_printed_together(made):
    evidence = made[0]
    performance = evidence.performance.model_copy(
        update={"intersections": tuple(one for one in evidence.performance.intersections if one.n > 20)}
    )
    changed = evidence.model_copy(update={"performance": performance})
    entry = evidence.gallery.entries[1].item.entry
    both = entry.model_copy(update={"groups": {"view": "AP", "sex": "M"}})
    assert groups(changed, both) == ["sex M"]
    none = performance.model_copy(
        update={
            "groups": (
                GroupPerformance(column="sex", value="M", n=None, suppressed=True, metrics=(), why="small"),
            )
        }
    )
    assert groups(evidence.model_copy(update={"performance": none}), both) == []


def test_the_chapter_says_what_the_rule_chose_by_label_and_decision(made):
    evidence, store = made
    with override("en"):
        found = context(Book(evidence, store))
    assert sum(row["all"] for row in found["strata"]) == found["items"] == 12
    assert all(sum(row["counts"]) == row["all"] for row in found["strata"])
    assert {(row["label"], row["predicted"]) for row in found["strata"]} == {
        (entry.item.entry.label, entry.item.predicted) for entry in evidence.gallery.entries
    }
    assert found["plates"] == 0


def test_a_small_gallery_has_no_plates(tmp_path):
    store = Store(tmp_path)
    assert context(Book(factory.evidence(store), store))["plates"] == 0


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_measures_of_a_page_are_written_for_the_printer_in_every_language(made, language):
    evidence, store = made
    html = page(factory.snapshot(evidence, language=language), store).html
    style = html.partition("<style>")[2].partition("</style>")[0]
    assert f"width: {layout(evidence).width:g}mm" in style
    assert not re.search(r"\d[,\u202f\u00a0]\d+mm", style)
