"""Whether text is drawn into an image's pixels: what the header says, and where it is likely."""

from pydicom.dataset import Dataset
from pydicom.uid import UID

_MODALITIES = {
    "US": "ultrasound",
    "IVUS": "intravascular ultrasound",
    "ES": "endoscopy",
    "XC": "photography",
    "GM": "microscopy",
    "OT": "other",
    "DOC": "document",
    "RF": "fluoroscopy",
    "XA": "angiography",
}
_IMAGE_TYPES = {"SECONDARY", "SCREEN SAVE", "SCREENSHOT", "SNAPSHOT", "REPORT"}


def burned_in(dataset: Dataset) -> bool | None:
    """Return whether the header says that identifying text is in the pixels, None where it says nothing."""
    return {"YES": True, "NO": False}.get(str(dataset.get("BurnedInAnnotation", "")).strip().upper())


def burned_in_suspicion(dataset: Dataset) -> str | None:
    """Return why text in the pixels is likely by the kind of image; None where it is not or the header decides."""
    if burned_in(dataset) is not None:
        return None
    kind = UID(str(dataset.get("SOPClassUID", ""))).name
    if "Secondary Capture" in kind:
        return "it is a secondary capture, such as a screenshot or a scanned film"
    modality = str(dataset.get("Modality", "")).strip().upper()
    if modality in _MODALITIES:
        return f"its modality ({_MODALITIES[modality]}) often draws text into the image"
    values = dataset.get("ImageType") or []
    types = [values] if isinstance(values, str) else list(values)
    if _IMAGE_TYPES & {str(value).strip().upper() for value in types}:
        return "its image type says that it was derived or captured from a screen"
    return None
