"""What happens to each element of a DICOM header: PS3.15's Basic Profile, and what it leaves open, closed."""

from functools import cache
from typing import Literal

from dicomanonymizer import simpledicomanonymizer as library
from pydicom.datadict import dictionary_has_tag, dictionary_VR, keyword_for_tag
from pydicom.tag import BaseTag

PROFILE = "PS3.15 Basic Application Level Confidentiality Profile"
EDITION = "2026c"

Action = Literal["remove", "empty", "dummy", "uid", "pseudonym", "keep"]

PERSON = ("PatientID", "PatientName")
_ACTIONS: dict[object, Action] = {
    library.delete: "remove",
    library.empty: "empty",
    library.delete_or_empty: "empty",
    library.delete_or_empty_or_replace_UID: "empty",
    library.replace_UID: "uid",
}
_CLASS_UIDS = {"SOPClassUID", "ReferencedSOPClassUID"}  # they say what kind of thing it is, not which one
_FREE = {"PN", "LT", "ST", "UT", "UR", "DA", "DT", "TM", "AS", "UN"}  # free text, dates, and what is unknown


def action(tag: BaseTag, vr: str, stated: str | None) -> Action:
    """Return what is done to an element: the profile's table first, then rules that are stricter than it.

    Beyond the table: curves, overlays, trailing padding, everything private or unknown to the dictionary, and every
    name, date or free text that the table does not list are removed, and so is what pretends to be text or a sequence
    where the dictionary has neither; every UID of an instance is replaced.
    """
    keyword = keyword_for_tag(tag)
    if tag.is_private or tag.group < 8 or tag.group >> 8 in (0x50, 0x60, 0xFF) or not keyword:
        return "remove"
    if keyword in PERSON:
        return "pseudonym"
    listed = _table().get((tag.group, tag.element))
    if listed is not None:
        return listed
    if vr == "UI":
        return "keep" if keyword in _CLASS_UIDS else "uid"
    disguised = stated not in (vr, "UN") and stated in _FREE | {"SQ"}
    return "remove" if disguised or vr in _FREE else "keep"


def representation(tag: BaseTag, stated: str | None) -> str:
    """Return an element's value representation as the dictionary has it; a file decides only where it may."""
    if tag.is_private or not dictionary_has_tag(tag):
        return stated or "UN"
    allowed = dictionary_VR(tag).split(" or ")
    return stated if stated in allowed else allowed[0]


@cache
def _table() -> dict[tuple[int, ...], Action]:
    """The profile's table E.1-1 as the library keeps it; where it leaves a choice, the stricter one."""
    rules = library.initialize_actions(f"dicomfields_{EDITION}")
    return {tag: _ACTIONS.get(rule, "dummy") for tag, rule in rules.items()}
