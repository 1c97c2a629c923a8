"""What the fields of a file's header are called, for people who read what was taken out of them."""

from collections.abc import Mapping

from pydicom.datadict import dictionary_description, tag_for_keyword

from auditor.common.said import say

_OWN = {
    "Private": say("private elements of manufacturers"),
    "Unknown": say("elements that no dictionary names"),
}


def listed(counts: Mapping[str, int]) -> str:
    """Return fields with how many files each was in, the most frequent first: "Patient's Name (12), ..."."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return (
        say(
            "%(fields)s",
            fields=[
                say("%(field)s (%(files)s)", field=title(field), files=count) for field, count in ordered
            ],
        )
        if ordered
        else ""
    )


def title(field: str) -> str:
    """Return a field's name in the standard's words, or as it is where it is none of DICOM's."""
    tag = tag_for_keyword(field)
    return _OWN.get(field, field) if tag is None else dictionary_description(tag)
