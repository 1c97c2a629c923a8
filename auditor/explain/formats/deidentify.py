"""Identity leaves a DICOM file at intake; pixels and geometry stay bit for bit."""

import hashlib
import hmac
import io
from collections import Counter
from dataclasses import dataclass

from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import PYDICOM_IMPLEMENTATION_UID

from auditor.common.said import say
from auditor.explain.formats.burned_in import burned_in, burned_in_suspicion
from auditor.explain.formats.cleaning import Cleaner
from auditor.explain.formats.codestream import without_comments
from auditor.explain.formats.header import guarded, read_header
from auditor.explain.formats.profile import EDITION, PROFILE

_SHORTEST_SALT = 16


@dataclass(frozen=True)
class Deidentified:
    """A file without identity: its bytes, and which elements were removed or replaced, by keyword and how often.

    `burned_in` is what the header says of text in the pixels, None where it says nothing; then `suspicion` says why
    text is likely, if it is. No value that was removed is kept.
    """

    content: bytes
    removed: dict[str, int]
    replaced: dict[str, int]
    burned_in: bool | None
    suspicion: str | None
    profile: str = say(
        "%(profile)s (%(edition)s), with private elements, overlays, dates and free text removed",
        profile=PROFILE,
        edition=EDITION,
    )


def deidentified(content: bytes, name: str, salt: bytes) -> Deidentified:
    """Return a DICOM file under PS3.15's Basic Application Level Confidentiality Profile.

    The same content and salt give the same bytes; under one salt, a UID or a person has one pseudonym, so that the
    slices of a series stay together. What is drawn into the pixels stays. Raises Refused naming the file; ValueError
    for a salt under 16 bytes.
    """
    if len(salt) < _SHORTEST_SALT:
        raise ValueError(f"a salt needs {_SHORTEST_SALT} bytes or more")
    dataset = read_header(content, name)
    with guarded(name):
        found, suspicion = burned_in(dataset), burned_in_suspicion(dataset)
        cleaner = Cleaner(dataset, name, lambda kind, value: _keyed(salt, kind, value))
        cleaner.clean(dataset)
        _clean_pixels(dataset)
        _state(dataset)
        dataset.file_meta = _file_meta(dataset, cleaner)
        return Deidentified(
            _written(dataset), _sorted(cleaner.removed), _sorted(cleaner.replaced), found, suspicion
        )


def _keyed(salt: bytes, kind: str, value: str) -> bytes:
    return hmac.new(salt, f"{kind}\0{value}".encode(errors="surrogateescape"), hashlib.sha256).digest()


def _clean_pixels(dataset: FileDataset) -> None:
    """Zero comments inside compressed frames, and cut what follows the last native pixel."""
    if "PixelData" not in dataset or not dataset.PixelData:
        return
    if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        dataset["PixelData"].value = without_comments(dataset.PixelData)
        return
    samples = int(dataset.Rows) * int(dataset.Columns) * int(dataset.get("NumberOfFrames") or 1)
    samples *= int(dataset.get("SamplesPerPixel") or 1)
    length = (samples * int(dataset.BitsAllocated) + 7) // 8
    if len(dataset.PixelData) > length > 0:
        dataset["PixelData"].value = dataset.PixelData[: length + length % 2]


def _state(dataset: Dataset) -> None:
    dataset.PatientIdentityRemoved = "YES"
    dataset.LongitudinalTemporalInformationModified = "REMOVED"
    dataset.DeidentificationMethod = f"PS3.15 Basic Profile {EDITION}, UIDs by keyed hash"
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator = "113100", "DCM"
    code.CodeMeaning = "Basic Application Confidentiality Profile"
    dataset.DeidentificationMethodCodeSequence = [code]


def _file_meta(dataset: FileDataset, cleaner: Cleaner) -> FileMetaDataset:
    """What PS3.10 asks for and nothing else; an instance's UID is its dataset's."""
    old, meta = dataset.file_meta, FileMetaDataset()
    meta.FileMetaInformationGroupLength = 0  # counted when it is written
    meta.FileMetaInformationVersion = b"\x00\x01"
    for stored, keyword in (
        ("MediaStorageSOPClassUID", "SOPClassUID"),
        ("MediaStorageSOPInstanceUID", "SOPInstanceUID"),
    ):
        uid = dataset.get(keyword) or cleaner.kept_uid(str(old.get(stored, "")))
        setattr(meta, stored, str(uid))
    meta.TransferSyntaxUID = old.TransferSyntaxUID
    meta.ImplementationClassUID = PYDICOM_IMPLEMENTATION_UID
    return meta


def _written(dataset: FileDataset) -> bytes:
    dataset.preamble = bytes(128)
    stream = io.BytesIO()
    dcmwrite(stream, dataset, enforce_file_format=False)
    return stream.getvalue()


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))
