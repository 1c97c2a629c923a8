"""Identity leaves a DICOM file and nothing else does."""

import io
import struct

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import SecondaryCaptureImageStorage, UltrasoundImageStorage, generate_uid

from auditor.common.errors import Refused
from auditor.explain.decode import decode_image
from auditor.explain.formats.bounds import MOST_NESTING
from auditor.explain.formats.deidentify import deidentified
from tests.explain.formats import dicoms
from tests.explain.formats.dicoms import IDENTIFYING

SALT = bytes(range(32))
PIXELS = np.arange(64, dtype=np.uint16).reshape(8, 8)


def identifying() -> pydicom.Dataset:
    """One file with identity at the top, in nested sequences, in private elements, curves, overlays and padding."""
    made = dicoms.dataset(PIXELS, SpecificCharacterSet="ISO_IR 192", **IDENTIFYING)
    item, inner = Dataset(), Dataset()
    for holder in (item, inner):
        holder.PatientName, holder.PatientID = IDENTIFYING["PatientName"], IDENTIFYING["PatientID"]
        holder.ReferencedSOPInstanceUID = "1.2.3.4.5.6.10"
        holder.TextValue = "dictated by Wilberforce"
        holder.private_block(0x0099, "ACME", create=True).add_new(1, "LO", "Zelda in private")
    item.AnatomicRegionSequence = [inner]
    item.CodeValue = "T-D3000"
    made.AnatomicRegionSequence = [item]
    made.RequestAttributesSequence = [inner]
    block = made.private_block(0x0011, "ACME 1.1", create=True)
    block.add_new(1, "LO", "Zelda Quixotović")
    block.add_new(2, "SQ", [inner])
    made.add_new(0x50000022, "LO", "curve of Zelda")
    made.add_new(0x60000010, "US", 8)
    made.add_new(0x60003000, "OW", b"Zelda wrote here")
    made.add_new(0x60004000, "LT", "overlay of Zelda")
    made.ImageType = ["ORIGINAL", "PRIMARY", "MRN-778899"]
    made.ManufacturerModelName = "Scanner of Saint Elsewhere"
    made.Manufacturer = "ACME"
    made.DataSetTrailingPadding = b"Zelda"
    made.BodyPartExamined = "CHEST"
    return made


def named(values: dict[str, str]) -> set[bytes]:
    return {
        part.encode() for value in values.values() for part in (value, *value.split("^")) if len(part) >= 4
    }


def test_no_identifying_value_is_left_anywhere():
    content = dicoms.written(identifying())
    found = deidentified(content, "x", SALT)
    traces = named(IDENTIFYING) | {b"Zelda", b"Yorick", b"Wilberforce", b"1.2.3.4.5.6"}
    assert all(trace in content for trace in named(IDENTIFYING))
    assert [trace for trace in traces if trace in found.content] == []
    kept = pydicom.dcmread(io.BytesIO(found.content))
    assert (kept.Manufacturer, kept.BodyPartExamined) == ("ACME", "CHEST")
    assert kept.AnatomicRegionSequence[0].CodeValue == "T-D3000"
    assert kept.PatientIdentityRemoved == "YES"
    assert kept.DeidentificationMethodCodeSequence[0].CodeValue == "113100"


def test_the_record_names_elements_and_never_values():
    found = deidentified(dicoms.written(identifying()), "x", SALT)
    assert found.removed["OtherPatientIDs"] == 1
    assert found.removed["Private"] >= 4
    assert found.removed["OverlayData"] == 1
    assert found.replaced["PatientName"] == 3
    assert found.replaced["StudyInstanceUID"] == 1
    assert "PS3.15" in found.profile
    text = repr((found.removed, found.replaced, found.profile))
    assert not any(trace.decode() in text for trace in named(IDENTIFYING))


def test_the_same_salt_gives_the_same_bytes_and_another_salt_others():
    content = dicoms.written(identifying())
    assert deidentified(content, "x", SALT) == deidentified(content, "x", SALT)
    assert deidentified(content, "x", SALT).content != deidentified(content, "x", SALT[::-1]).content
    with pytest.raises(ValueError, match="16 bytes"):
        deidentified(content, "x", b"short")


def test_slices_of_a_series_keep_belonging_together_and_their_file_headers_agree():
    series = generate_uid()
    made = [
        pydicom.dcmread(
            io.BytesIO(
                deidentified(
                    dicoms.dicom(PIXELS, SeriesInstanceUID=series, PatientID="7", PatientName=name), "x", SALT
                ).content
            )
        )
        for name in ("Jane", "Doe^Jane")
    ]
    assert made[0].SeriesInstanceUID == made[1].SeriesInstanceUID != series
    assert made[0].SOPInstanceUID != made[1].SOPInstanceUID
    assert made[0].PatientID == made[1].PatientID == made[1].PatientName != "7"
    for one in made:
        assert one.file_meta.MediaStorageSOPInstanceUID == one.SOPInstanceUID
        assert one.file_meta.MediaStorageSOPClassUID == one.SOPClassUID
        assert one.SOPInstanceUID.is_valid


def test_comments_inside_compressed_frames_are_zeroed():
    smooth = np.add.outer(np.arange(32), np.arange(32)).astype(np.uint8) * 4
    content = dicoms.jpeg(smooth, "MONOCHROME2", comment=b"Zelda Quixotovic")
    found = deidentified(content, "x", SALT).content
    assert b"Zelda" in content
    assert b"Zelda" not in found
    assert np.array_equal(decode_image(found, "x"), decode_image(content, "x"))


def test_what_follows_the_last_pixel_and_what_precedes_the_mark_is_cut():
    made = dicoms.dataset(PIXELS)
    made.PixelData += b"Zelda was here"
    content = b"Zelda" + dicoms.written(made)[5:]
    found = deidentified(content, "x", SALT).content
    assert b"Zelda" not in found
    assert np.array_equal(decode_image(found, "x"), decode_image(content, "x"))


@pytest.mark.parametrize(
    ("stated", "keyword"),
    [
        (b"OB", "TextValue"),
        (b"UN", "TextValue"),
        (b"LT", "KVP"),
        (b"LO", "KVP"),
        (b"SH", "Rows"),
        (b"OB", "PatientName"),
    ],
)
def test_text_under_a_wrong_value_representation_is_removed(stated, keyword):
    made = dicoms.dataset(PIXELS, PatientID="Zelda Quixotovic")
    content = dicoms.written(made)
    tag = pydicom.datadict.tag_for_keyword(keyword)
    value = b"Zelda Quixotovic"
    length = struct.pack("<HI", 0, len(value)) if stated in (b"OB", b"UN") else struct.pack("<H", len(value))
    start = 144 + struct.unpack("<I", content[140:144])[0]
    hidden = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + stated + length + value
    content = content[:start] + hidden + content[start:]
    assert value not in deidentified(content, "x", SALT).content


@pytest.mark.parametrize(
    ("elements", "burned_in", "suspicion"),
    [
        ({}, None, None),
        ({"BurnedInAnnotation": "YES"}, True, None),
        ({"BurnedInAnnotation": "NO", "Modality": "US"}, False, None),
        ({"SOPClassUID": SecondaryCaptureImageStorage}, None, "secondary capture"),
        ({"SOPClassUID": UltrasoundImageStorage, "Modality": "US"}, None, "ultrasound"),
        ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, None, "image type"),
    ],
)
def test_text_in_the_pixels_is_flagged(elements, burned_in, suspicion):
    made = dicoms.dataset(PIXELS, **elements)
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    found = deidentified(dicoms.written(made), "x", SALT)
    assert found.burned_in is burned_in
    assert (suspicion in found.suspicion) if suspicion else found.suspicion is None


def test_sequences_that_nest_too_deep_are_refused():
    made = dicoms.dataset(PIXELS)
    holder = made
    for _ in range(MOST_NESTING + 2):
        holder.AnatomicRegionSequence = [Dataset()]
        holder = holder.AnatomicRegionSequence[0]
    with pytest.raises(Refused, match="nests sequences"):
        deidentified(dicoms.written(made), "x", SALT)


NAME = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="\\^="), min_size=5
)


@settings(max_examples=40, deadline=None)
@given(NAME.filter(lambda name: name.upper() not in ("ORIGINAL", "PRIMARY")))
def test_a_name_of_odd_characters_is_left_nowhere(name):
    made = dicoms.dataset(
        np.zeros((4, 4), np.uint16),
        SpecificCharacterSet="ISO_IR 192",
        PatientName=f"{name}^{name}",
        PatientComments=name,
        ImageType=["ORIGINAL", "PRIMARY"],
    )
    made.ManufacturerModelName = f"of {name}"
    content = dicoms.written(made)
    assert name.encode() in content
    assert name.encode() not in deidentified(content, "x", SALT).content
