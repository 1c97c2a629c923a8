"""What the fields of a file's header are called, for people who read what was taken out of them."""

from collections.abc import Mapping

from pydicom.datadict import dictionary_description, tag_for_keyword

_OWN = {"Private": "private elements of manufacturers", "Unknown": "elements that no dictionary names"}


def listed(counts: Mapping[str, int]) -> str:
    """Return fields with how many files each was in, the most frequent first: "Patient's Name (12), ..."."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{title(field)} ({count})" for field, count in ordered)


def title(field: str) -> str:
    """Return a field's name in the standard's words, or as it is where it is none of DICOM's."""
    tag = tag_for_keyword(field)
    return _OWN.get(field, field) if tag is None else dictionary_description(tag)
