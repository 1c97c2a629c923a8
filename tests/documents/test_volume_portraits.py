"""Volumes in reports: planes lie where they say, on one scale, and pages hold what the evidence says."""

import io

import numpy as np
import pytest
from PIL import Image

from auditor.common.errors import RetraceError
from auditor.common.store import Store
from auditor.explain.evidence import ArrayRef
from auditor.explain.formats.fields import listed
from reports.documents.figures.planes import Solid, middle_of, strongest, three_planes
from reports.documents.figures.source import attribution, picture
from reports.documents.html import page
from reports.documents.portraits import portrait
from reports.documents.sheets import layout
from tests.documents import factory
from tests.explain import volume_toys
from tests.explain.formats import dicoms


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    return volume_toys.assembled(tmp_path_factory.mktemp("store"))


def sizes(sheet: np.ndarray) -> list[tuple[int, int]]:
    """Return (height, width) of the planes on a sheet of white voxels, found by the ground between them."""
    white = (sheet > 200).all(axis=2)
    edges = np.flatnonzero(np.diff(np.r_[False, white.mean(axis=0) > 0.2, False]))
    return [
        (int(white[:, left + (right - left) // 4].sum()), int(right - left))
        for left, right in edges.reshape(-1, 2)
    ]


def test_planes_have_one_scale_whatever_the_spacing():
    shape, spacing = (10, 20, 30), (8.0, 2.0, 1.0)
    sheet = three_planes(Solid(np.ones(shape, dtype=np.float32), spacing), (5, 10, 15))
    (axial, coronal, sagittal) = sizes(sheet)
    assert axial[1] == pytest.approx(coronal[1], abs=1)  # width of the person
    assert axial[0] / axial[1] == pytest.approx(40 / 30, rel=0.05)
    assert coronal[0] / coronal[1] == pytest.approx(80 / 30, rel=0.05)
    assert sagittal[0] / sagittal[1] == pytest.approx(80 / 40, rel=0.05)


def test_the_head_is_up_and_the_persons_right_is_at_the_left():
    grey = np.zeros((8, 8, 8), dtype=np.float32)
    grey[5:, :, :3] = 1  # towards the head, on the person's right
    sheet = three_planes(Solid(grey, (1.0, 1.0, 1.0)), (6, 4, 1)).astype(int).sum(axis=2)
    side = (sheet.shape[1] - 24) // 3
    coronal = sheet[:side, side + 12 : 2 * side + 12]
    assert coronal[side // 5, side // 5] > 700
    assert coronal[-side // 5, side // 5] < 100
    assert coronal[side // 5, -side // 5] < 100
    axial = sheet[:side, :side]
    assert axial[side // 5, side // 5] > 700 > 100 > axial[side // 5, -side // 5]


def test_the_strongest_voxel_is_found_on_a_finer_volume():
    values = np.zeros((4, 6, 8), dtype=np.float32)
    values[3, 0, 5] = -2.0
    assert strongest(values, (8, 12, 8)) == (7, 1, 5)
    assert strongest(np.zeros((4, 6, 8), dtype=np.float32), (8, 12, 8)) == (1, 1, 0)


def test_the_original_shows_most_of_the_region():
    region = np.zeros((6, 6, 6), dtype=np.bool_)
    region[2, 1:5, 1:4] = region[3, 1, 1] = True
    depth, height, width = middle_of(region.shape, region)
    assert depth == 2
    assert region[:, height].sum() == region.sum(axis=(0, 2)).max()
    assert region[:, :, width].sum() == region.sum(axis=(0, 1)).max()
    assert middle_of((6, 8, 10), None) == (3, 4, 5)


def test_red_speaks_for_the_decision_at_the_place_of_the_map():
    values = np.zeros((4, 4, 4), dtype=np.float32)
    values[1, 1, 1] = 1.0
    grey = np.full((8, 8, 8), 0.5, dtype=np.float32)
    plain = three_planes(Solid(grey, (1, 1, 1)), (2, 2, 2)).astype(int)
    for sign, more, less in ((1, 0, 2), (-1, 2, 0)):
        sheet = three_planes(Solid(grey, (1, 1, 1), None, sign * values, 1.0), (2, 2, 2)).astype(int)
        changed = (sheet != plain).any(axis=2)
        assert 0.01 < changed.mean() < 0.3
        assert sheet[changed].mean(axis=0)[more] > sheet[changed].mean(axis=0)[less] + 30


def test_a_panel_a_method_and_the_original(audited):
    evidence, store = audited
    drawn, item = portrait(evidence, store), evidence.gallery.entries[0].item
    panels = drawn.panels(item)
    assert [panel.key for panel in panels] == ["original", "occlusion", "integrated_gradients"]
    scales = drawn.scales([item])
    assert set(scales) == {"occlusion", "integrated_gradients"}
    assert len({drawn.draw(item, panel.key, scales).content for panel in panels}) == 3
    assert drawn.draw(item, "original", scales) == portrait(evidence, store).draw(item, "original", {})


def test_planes_are_drawn_at_the_size_of_print(audited):
    evidence, store = audited
    item = evidence.gallery.entries[0].item
    printed = portrait(evidence, store, layout(evidence).pixels).draw(item, "original", {})
    width, height = Image.open(io.BytesIO(printed.content)).size
    assert width <= layout(evidence).pixels == round(87.6 / 25.4 * 150)
    assert height < 0.542 * layout(evidence).pixels + 2


def test_a_missing_volume_is_said_with_its_item(audited, tmp_path):
    evidence, _ = audited
    item = evidence.gallery.entries[0].item
    with pytest.raises(RetraceError, match=rf"volume of item '{item.entry.id}' .* not in the store; restore"):
        portrait(evidence, Store(tmp_path)).draw(item, "original", {})


def test_the_report_says_layers_and_what_was_taken_out(audited):
    evidence, store = audited
    html = page(factory.snapshot(evidence), store).html
    assert "layer 1, row 1, column 1" in html
    assert "Layers count from the feet up" in html
    assert "What was taken out of the files" in html
    assert "3 of 24, by what their headers say" in html
    assert 'class="scales across-2"' in html


def test_fields_are_listed_in_the_standards_words():
    counts = {"PatientName": 2, "Private": 3, "NIfTI descrip": 1}
    assert listed(counts) == "private elements of manufacturers (3), Patient's Name (2), NIfTI descrip (1)"


def test_a_dicom_image_is_drawn_as_the_model_sees_it(tmp_path):
    store = Store(tmp_path)
    pixels = np.tile(np.arange(0, 4000, 100, dtype=np.uint16), (10, 1))
    digest = store.put(dicoms.dicom(pixels, WindowCenter=2000, WindowWidth=1000))
    drawn = picture(store, digest, (40, 10), "image")
    assert drawn.shape == (10, 40, 3)
    assert drawn[0, 0].max() == 0
    assert drawn[0, -1].min() == 255
    assert 120 < drawn[0, 20, 0] < 135


def test_a_map_of_another_shape_than_recorded_is_not_drawn(tmp_path):
    store = Store(tmp_path)
    digest = store.put(factory.npy(np.zeros((2, 3, 4), dtype=np.float32)))
    assert attribution(store, ArrayRef(sha256=digest, shape=(2, 3, 4), dtype="float32"), "map").shape == (
        2,
        3,
        4,
    )
    with pytest.raises(RetraceError, match=r"has shape \(2, 3, 4\), not \(6, 4\)"):
        attribution(store, ArrayRef(sha256=digest, shape=(6, 4), dtype="float32"), "map")
