"""Real files lose their identity, and keep their pixels and geometry bit for bit."""

import io
import re

import numpy as np
import pydicom
import pytest

from auditor.common.errors import Refused
from auditor.explain.formats.deidentify import deidentified
from tests.explain.formats import dicoms
from tests.explain.formats.dicoms import IDENTIFYING

SALT = bytes(range(32))
REAL = dicoms.real("dicom")
UNREADABLE = {
    "badVR",
    "liver_deflate",
    "liver_nonbyte_aligned_deflate",
    "meta_missing_tsyntax",
    "nested_priv_SQ",
}
GEOMETRY = (
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
    "SliceThickness",
    "RescaleSlope",
    "RescaleIntercept",
    "WindowCenter",
    "WindowWidth",
    "Rows",
    "Columns",
    "PixelRepresentation",
    "BitsStored",
)


def raw_values(dataset: pydicom.Dataset) -> set[bytes]:
    """Every stored value of the elements that identify, nested ones included, 5 bytes or longer."""
    found: set[bytes] = set()
    for element in list(dataset.keys()):
        raw = dataset.get_item(element)
        if dataset[element].VR == "SQ":
            for item in dataset[element].value:
                found |= raw_values(item)
        elif pydicom.datadict.keyword_for_tag(element) in IDENTIFYING or dataset[element].VR in (
            "PN",
            "DA",
            "LT",
        ):
            value = raw.value if isinstance(raw.value, bytes) else b""
            found |= {part.strip(b"\0 ") for part in (value, *value.replace(b"=", b"^").split(b"^"))}
    return {value for value in found if len(value) >= 5 and len(set(value)) > 1}


@pytest.mark.skipif(not REAL, reason=f"the sample files are not in {dicoms.DATA}")
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_a_real_file_loses_its_identity_and_keeps_its_pixels_and_geometry(path):
    content = path.read_bytes()
    if path.stem in UNREADABLE:
        with pytest.raises(Refused, match=f"^{re.escape(path.name)} "):
            deidentified(content, path.name, SALT)
        return
    found = deidentified(content, path.name, SALT)
    before, after = pydicom.dcmread(path), pydicom.dcmread(io.BytesIO(found.content))
    assert {value for value in raw_values(pydicom.dcmread(path)) if value in found.content} == set()
    for keyword in GEOMETRY:
        assert after.get(keyword) == before.get(keyword)
    pixels, kept = before.get("PixelData") or b"", after.get("PixelData") or b""
    if before.file_meta.TransferSyntaxUID.is_encapsulated:
        assert len(kept) == len(pixels)
    assert np.array_equal(dicoms.answer(found.content), dicoms.answer(content))
