"""Whether text is drawn into an image's pixels: what the header says, and where it is likely."""

from pydicom.dataset import Dataset
from pydicom.uid import UID

from auditor.common.said import say

_MODALITIES = {
    "US": say("ultrasound"),
    "IVUS": say("intravascular ultrasound"),
    "ES": say("endoscopy"),
    "XC": say("photography"),
    "GM": say("microscopy"),
    "OT": say("other"),
    "DOC": say("document"),
    "RF": say("fluoroscopy"),
    "XA": say("angiography"),
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
        return say("it is a secondary capture, such as a screenshot or a scanned film")
    modality = str(dataset.get("Modality", "")).strip().upper()
    if modality in _MODALITIES:
        return say(
            "its modality (%(modality)s) often draws text into the image", modality=_MODALITIES[modality]
        )
    values = dataset.get("ImageType") or []
    types = [values] if isinstance(values, str) else list(values)
    if _IMAGE_TYPES & {str(value).strip().upper() for value in types}:
        return say("its image type says that it was derived or captured from a screen")
    return None
