"""DICOM files made by tests, and where the real ones lie."""

import io
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEGBaseline8Bit, generate_uid

from auditor.common.errors import Refused
from auditor.explain.decode import decode_image

DATA = Path(__file__).parents[3].parent / "shared" / "data"
IDENTIFYING = {
    "PatientName": "Quixotović^Zelda^Ann",
    "PatientID": "MRN-778899",
    "OtherPatientIDs": "OLD-112233",
    "PatientBirthDate": "19610417",
    "PatientAddress": "Nowhere Lane 7",
    "InstitutionName": "Saint Elsewhere",
    "AccessionNumber": "ACC-445566",
    "ReferringPhysicianName": "Hippocrates^Yorick",
    "OperatorsName": "Wilberforce",
    "StudyDescription": "follow-up of Zelda",
    "SeriesDescription": "asked by Yorick",
    "ImageComments": "seen with the daughter",
    "DeviceSerialNumber": "SN-990011",
    "StationName": "ROOM-WEST",
    "StudyDate": "20210203",
    "AcquisitionDateTime": "20210203101112",
    "StudyInstanceUID": "1.2.3.4.5.6.7",
    "SeriesInstanceUID": "1.2.3.4.5.6.8",
    "FrameOfReferenceUID": "1.2.3.4.5.6.9",
}


def real(*folders: str) -> list[Path]:
    """Return the files with a DICM mark below these folders of the shared data, none where it is absent."""
    paths = [path for folder in folders for path in sorted((DATA / folder).rglob("*")) if path.is_file()]
    return [path for path in paths if path.read_bytes()[128:132] == b"DICM"]


def dataset(pixels: np.ndarray, interpretation: str = "MONOCHROME2", **elements: object) -> Dataset:
    """Return one frame (h, w) or (h, w, 3), or frames where NumberOfFrames is given."""
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID, made.SOPInstanceUID = CTImageStorage, generate_uid()
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    frames = "NumberOfFrames" in elements
    made.Rows, made.Columns = pixels.shape[frames : frames + 2]
    made.SamplesPerPixel = 3 if pixels.ndim == 3 + frames else 1
    if made.SamplesPerPixel == 3:
        made.PlanarConfiguration = 0
    made.PhotometricInterpretation = interpretation
    made.BitsAllocated = made.BitsStored = pixels.dtype.itemsize * 8
    made.HighBit = made.BitsStored - 1
    made.PixelRepresentation = int(pixels.dtype.kind == "i")
    made.PixelData = pixels.tobytes() + bytes(pixels.nbytes % 2)
    made["PixelData"].VR = "OB" if pixels.itemsize == 1 else "OW"
    for keyword, value in elements.items():
        setattr(made, keyword, value)
    return made


def written(made: Dataset) -> bytes:
    stream = io.BytesIO()
    made.preamble = bytes(128)
    dcmwrite(stream, made, enforce_file_format=True)
    return stream.getvalue()


def dicom(pixels: np.ndarray, interpretation: str = "MONOCHROME2", **elements: object) -> bytes:
    return written(dataset(pixels, interpretation, **elements))


def jpeg(pixels: np.ndarray, interpretation: str, comment: bytes = b"", **elements: object) -> bytes:
    """Return a JPEG baseline file; Pillow stores colour as YCbCr."""
    made = dataset(pixels, interpretation, **elements)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=95, subsampling=0, comment=comment)
    made.PixelData = encapsulate([stream.getvalue()])
    made["PixelData"].is_undefined_length = True
    made.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    return written(made)


def answer(content: bytes, name: str = "x") -> np.ndarray | str:
    """Return the image of the first frame, or the sentence with which it was refused."""
    try:
        return decode_image(content, name, frame=1)
    except Refused as refused:
        return refused.sentence


def slices(
    voxels: np.ndarray,
    spacing: tuple[float, float, float],
    directions: tuple[float, ...] = (1, 0, 0, 0, 1, 0),
) -> dict[str, bytes]:
    """Return one file a slice of int16 (slices, rows, columns), numbered against their order in space."""
    series, normal = generate_uid(), np.cross(directions[:3], directions[3:])
    return {
        f"{len(voxels) - index:03}.dcm": dicom(
            plane,
            SeriesInstanceUID=series,
            ImagePositionPatient=[*np.round(normal * spacing[0] * index, 6)],
            ImageOrientationPatient=list(directions),
            PixelSpacing=list(spacing[1:]),
            RescaleSlope=2,
            RescaleIntercept=-1000,
        )
        for index, plane in enumerate(voxels)
    }
