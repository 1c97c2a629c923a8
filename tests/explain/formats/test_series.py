"""Slices and frames become one volume, or are refused by name."""

import io

import numpy as np
import pydicom
import pytest
from nibabel.orientations import apply_orientation, axcodes2ornt, ornt_transform
from pydicom.dataset import Dataset

from auditor.common.errors import Refused
from auditor.explain.formats.volume import (
    Volume,
    read_series,
)
from tests.explain.formats import dicoms
from tests.explain.formats.volumes import ORDERS, same

STACK = np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6)


def test_slices_are_sorted_by_place_and_rescaled():
    found = read_series(dicoms.slices(STACK, (2.5, 0.5, 0.75)), "x")
    assert same(found, Volume(STACK.astype(np.float32) * 2 - 1000, (2.5, 0.5, 0.75)))


@pytest.mark.parametrize("codes", ORDERS)
def test_slices_in_every_direction_give_the_same_volume(codes):
    """A series' axes are (slice, down a column, along a row); the slices' normal is rows x columns."""
    vectors = {
        "L": (1, 0, 0),
        "P": (0, 1, 0),
        "S": (0, 0, 1),
        "R": (-1, 0, 0),
        "A": (0, -1, 0),
        "I": (0, 0, -1),
    }
    turn = ornt_transform(axcodes2ornt("SPL"), axcodes2ornt(codes))
    turned = apply_orientation(STACK, turn)
    spacing = np.array((2.5, 0.5, 0.75))[np.argsort(turn[:, 0])]
    normal, down, along = (np.array(vectors[code]) for code in codes)
    if np.cross(along, down) @ normal < 0:
        turned = turned[::-1]  # stored the other way, as the normal then points
    found = read_series(dicoms.slices(turned, tuple(spacing), (*along, *down)), "x")
    assert same(found, Volume(STACK.astype(np.float32) * 2 - 1000, (2.5, 0.5, 0.75)))


def test_the_frames_of_one_file_are_a_series():
    def groups(height: float) -> Dataset:
        item, position = Dataset(), Dataset()
        position.ImagePositionPatient = [0, 0, height]
        item.PlanePositionSequence = [position]
        return item

    shared, orientation, measures = Dataset(), Dataset(), Dataset()
    orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    measures.PixelSpacing = [0.5, 0.75]
    shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = [orientation], [measures]
    content = dicoms.dicom(
        STACK,
        NumberOfFrames=4,
        SharedFunctionalGroupsSequence=[shared],
        PerFrameFunctionalGroupsSequence=[groups(-2.5 * index) for index in range(4)],
    )
    assert same(
        read_series({"a.dcm": content}, "x"), Volume(STACK[::-1].astype(np.float32), (2.5, 0.5, 0.75))
    )
    with pytest.raises(Refused, match=r"a\.dcm, frame 1 does not say where it lies"):
        read_series({"a.dcm": dicoms.dicom(STACK, NumberOfFrames=4)}, "x")


def changed(**elements: object) -> dict[str, bytes]:
    files = dicoms.slices(STACK, (2, 1, 1))
    made = pydicom.dcmread(io.BytesIO(files["002.dcm"]))
    for keyword, value in elements.items():
        setattr(made, keyword, value)
    return files | {"002.dcm": dicoms.written(made)}


FAULTY = {
    "holds 2 series": lambda: changed(SeriesInstanceUID="1.2.3"),
    "002.dcm has another size than 001.dcm": lambda: changed(Rows=3, Columns=10),
    "002.dcm lies in another direction": lambda: changed(ImageOrientationPatient=[0, 1, 0, 0, 0, 1]),
    "002.dcm has another pixel spacing": lambda: changed(PixelSpacing=[1, 2]),
    "lie at one place": lambda: changed(ImagePositionPatient=[0, 0, 2]),
    "the gap between": lambda: changed(ImagePositionPatient=[0, 0, 5]),
    "a tilted gantry": lambda: changed(ImagePositionPatient=[0, 3, 4]),
    "002.dcm does not say where it lies": lambda: changed(ImagePositionPatient=None),
    "002.dcm states directions": lambda: changed(ImageOrientationPatient=[1, 0, 0, 1, 0, 0]),
    "002.dcm is not grey": lambda: changed(PhotometricInterpretation="MONOCHROME1"),
    "one slice": lambda: {"001.dcm": dicoms.slices(STACK, (2, 1, 1))["001.dcm"]},
    "has no files": dict,
    "no DICM mark": lambda: {"README": b"hello"},
}


@pytest.mark.parametrize("sentence", FAULTY)
def test_slices_that_make_no_volume_are_refused_in_a_sentence(sentence):
    with pytest.raises(Refused, match=rf"{sentence}.*\.$"):
        read_series(FAULTY[sentence](), "series")


SERIES = dicoms.DATA / "dicom" / "pydicom_test_files" / "dicomdirtests" / "98892001" / "CT5N"


@pytest.mark.skipif(not SERIES.is_dir(), reason=f"the sample files are not in {dicoms.DATA}")
def test_a_real_series_is_read_or_refused_in_a_sentence():
    files = {path.name: path.read_bytes() for path in SERIES.iterdir()}
    found = read_series(files, "CT5N")
    assert found.voxels.shape[0] == len(files)
    assert found.voxels.min() >= -2048
