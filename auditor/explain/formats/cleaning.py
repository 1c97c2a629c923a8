"""The walk through a DICOM header, sequences included, that removes, empties and replaces what identifies."""

import re
from collections import Counter
from collections.abc import Callable

from dicomanonymizer.simpledicomanonymizer import replace_element
from pydicom.datadict import keyword_for_tag
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag
from pydicom.uid import UID

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.formats.bounds import MOST_NESTING
from auditor.explain.formats.profile import Action, action, representation

_IDENTITY = (
    "PatientName",
    "PatientID",
    "OtherPatientIDs",
    "OtherPatientNames",
    "PatientBirthDate",
    "AccessionNumber",
    "InstitutionName",
    "ReferringPhysicianName",
    "StationName",
    "DeviceSerialNumber",
)
_DESCRIPTIONS = ("StudyDescription", "SeriesDescription", "ProtocolName", "PatientComments", "ImageComments")
_TEXT = {"LO", "SH", "CS", "AE", "UC"}
_SHORTEST_TRACE = 4


class Cleaner:
    """Cleans one file's datasets; counts by keyword what it removed and replaced."""

    def __init__(self, dataset: Dataset, name: str, keyed: Callable[[str, str], bytes]) -> None:
        self.removed: Counter[str] = Counter()
        self.replaced: Counter[str] = Counter()
        self._name = name
        self._keyed = keyed
        self._traces = _traces(dataset, _IDENTITY)
        self._descriptions = _traces(dataset, _DESCRIPTIONS, in_parts=False)
        self._pseudonym = f"P-{keyed('person', _person(dataset)).hex()[:16]}".upper()

    def clean(self, dataset: Dataset, depth: int = 0) -> None:
        """Clean a dataset in place; raises Refused where its sequences nest too deep."""
        if depth > MOST_NESTING:
            raise Refused(
                say(
                    "%(name)s nests sequences more than %(most)s deep; export it again without them.",
                    name=self._name,
                    most=MOST_NESTING,
                )
            )
        for tag in list(dataset.keys()):
            element = dataset.get_item(tag)
            vr = representation(tag, element.VR)
            decided = action(tag, vr, element.VR)
            if decided == "keep" and vr == "SQ":
                for item in dataset[tag].value or []:
                    self.clean(item, depth + 1)
            elif decided == "keep":
                if self._has_trace(tag, {vr, element.VR}, element.value):
                    self._remove(dataset, tag)
                elif element.VR is None:
                    dataset[tag]  # implicit VR inside an explicit file is written only once it is decoded
            else:
                self._apply(decided, dataset, tag, vr)

    def kept_uid(self, uid: str) -> str:
        """Return a UID's pseudonym (PS3.5 B.2); what the standard itself registers stays, and so does nothing."""
        plain = uid.strip("\0 ")
        if not plain or UID(plain).type:
            return plain
        return f"2.25.{int.from_bytes(self._keyed('uid', plain)[:16])}"

    def _apply(self, decided: Action, dataset: Dataset, tag: BaseTag, vr: str) -> None:
        if decided == "remove":
            self._remove(dataset, tag)
        elif decided == "uid" and vr == "UI":
            self._replace_uids(dataset, tag)
        elif decided == "pseudonym":
            dataset[tag] = DataElement(tag, "PN" if vr == "PN" else "LO", self._pseudonym)
            self.replaced[keyword_for_tag(tag)] += 1
        elif decided == "empty" or vr == "SQ":
            self._empty(dataset, tag, vr)
        else:
            self._dummy(dataset, tag, vr)

    def _remove(self, dataset: Dataset, tag: BaseTag) -> None:
        self.removed["Private" if tag.is_private else keyword_for_tag(tag) or "Unknown"] += 1
        del dataset[tag]

    def _empty(self, dataset: Dataset, tag: BaseTag, vr: str) -> None:
        if dataset.get_item(tag).value:
            self.removed[keyword_for_tag(tag)] += 1
        dataset[tag] = DataElement(tag, vr, [] if vr == "SQ" else None)

    def _dummy(self, dataset: Dataset, tag: BaseTag, vr: str) -> None:
        element = DataElement(tag, vr, None)
        try:
            replace_element(element)
        except NotImplementedError:  # binary values have no dummy
            self._remove(dataset, tag)
            return
        dataset[tag] = element
        self.replaced[keyword_for_tag(tag)] += 1

    def _replace_uids(self, dataset: Dataset, tag: BaseTag) -> None:
        value = dataset[tag].value
        uids = [value] if isinstance(value, str) else list(value or [])
        new = [self.kept_uid(str(uid)) for uid in uids]
        dataset[tag] = DataElement(tag, "UI", new)
        self.replaced[keyword_for_tag(tag)] += new != uids

    def _has_trace(self, tag: BaseTag, vrs: set[str | None], value: object) -> bool:
        """Whether a kept text repeats what identifies; what describes the pixels themselves is let be."""
        if not vrs & _TEXT or tag.group == 0x0028 or keyword_for_tag(tag) == "Modality":
            return False
        text = value if isinstance(value, bytes) else str(value).encode(errors="surrogateescape")
        traces = self._traces if "CS" in vrs else self._traces | self._descriptions  # CS has terms, no prose
        return any(trace in text.upper() for trace in traces)


def _person(dataset: Dataset) -> str:
    """What one pseudonym stands for: the person's number, else the name, else the study."""
    for keyword in ("PatientID", "PatientName", "StudyInstanceUID", "SOPInstanceUID"):
        if value := str(dataset.get(keyword) or "").strip():
            return f"{keyword}\0{value}"
    return ""


def _traces(dataset: Dataset, keywords: tuple[str, ...], in_parts: bool = True) -> frozenset[bytes]:
    """What these elements say, as stored and in capitals; with the parts of names, which are found alone, too."""
    found: set[bytes] = set()
    for keyword in keywords:
        value = dataset.get_item(keyword).value if keyword in dataset else None
        text = value if isinstance(value, bytes) else str(value or "").encode(errors="surrogateescape")
        found |= {text, *(re.split(rb"[\^=\\ ]", text) if in_parts else ())}
    plain = {part.strip(b"\0 ").upper() for part in found}
    return frozenset(part for part in plain if len(part) >= _SHORTEST_TRACE)
