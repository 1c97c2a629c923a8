"""Overlays: red is positive, blue is negative, zero leaves the image as it is."""

import numpy as np
import pytest

from auditor.common.errors import RetraceError
from auditor.common.store import Store
from reports.documents.figures.overlay import paint, scale_of
from reports.documents.portraits import portrait
from tests.documents import factory

GREY = np.full((40, 60, 3), 120, dtype=np.uint8)


def ramp(value):
    values = np.zeros((40, 60), dtype=np.float32)
    values[10:20, 10:20] = value
    return values


def test_positive_turns_red_and_negative_blue():
    red, blue = paint(GREY, ramp(1.0))[15, 15].astype(int), paint(GREY, ramp(-1.0))[15, 15].astype(int)
    assert red[0] > 150
    assert red[0] - red[2] > 80
    assert blue[2] > 140
    assert blue[2] - blue[0] > 80


def test_zero_leaves_the_image_unchanged():
    assert np.array_equal(paint(GREY, np.zeros((40, 60), dtype=np.float32)), GREY)
    assert np.array_equal(paint(GREY, ramp(1.0))[30:], GREY[30:])


def test_signs_differ_in_grey_too_by_their_outline():
    positive, negative = (paint(GREY, ramp(sign)) for sign in (1.0, -1.0))
    white = [(image == 255).all(axis=2).sum() for image in (positive, negative)]
    assert white[0] > white[1] > 0


def test_outlines_stand_out_on_white_and_on_black():
    for level in (0, 255):
        ground = np.full((40, 60, 3), level, dtype=np.uint8)
        line = paint(ground, ramp(1.0))[9:12, 15].astype(int).sum(axis=1)
        assert np.abs(np.diff(line)).max() > 300


def test_the_same_map_is_paler_on_a_larger_scale():
    pale, full = (paint(GREY, ramp(0.4), scale)[15, 15].astype(int) for scale in (4.0, 0.4))
    assert full[0] - full[2] > 3 * (pale[0] - pale[2]) > 0


def test_the_scale_is_robust_against_one_extreme_pixel():
    values = np.random.default_rng(0).uniform(-1, 1, (100, 100)).astype(np.float32)
    values[0, 0] = 1000
    assert scale_of(values) < 1.1


def test_a_small_map_is_enlarged_to_the_image():
    assert paint(GREY, np.ones((4, 6), dtype=np.float32)).shape == GREY.shape


def test_a_missing_array_is_said_with_its_item_and_method(tmp_path):
    store = Store(tmp_path)
    evidence = factory.evidence(store)
    item = evidence.gallery.entries[2].item
    store.path(item.maps["occlusion"].array.sha256).unlink()
    with pytest.raises(
        RetraceError, match=r"map of item 'phantom-0002' by occlusion .* not in the store; restore"
    ):
        portrait(evidence, store).scales([item])
