"""The list of every array and picture that evidence names, so that each can be checked by its SHA-256."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import BaseModel

from auditor.explain.arrays import ArrayRef
from auditor.explain.evidence import Evidence
from auditor.explain.spec import ItemEntry

_WORDS = {
    "array": "map",
    "errors": "standard errors of the map",
    "edges": "values of the edges",
    "mean": "mean map",
    "filled": "item with regions filled in",
    "parts": "numbers of the regions",
}


class Named(NamedTuple):
    """Stored content: its SHA-256, the place in the evidence that names it, and what it is."""

    sha256: str
    place: str
    what: str


def listing(evidence: Evidence) -> str:
    """Return one line for each stored content that the evidence names, as sha256sum writes them."""
    return "".join(f"{found.sha256}  {found.place} {found.what}\n" for found in named(evidence))


def named(evidence: Evidence) -> tuple[Named, ...]:
    """Return what the evidence names in the store, in the order of the evidence."""
    return tuple(_within(evidence, ""))


def _within(value: object, place: str) -> Iterator[Named]:
    if isinstance(value, ArrayRef):
        yield Named(value.sha256, place, _array(value, place.rpartition("/")[2]))
    elif isinstance(value, ItemEntry):
        yield Named(value.content, f"{place}/content", f"item {value.id!a}")
        if value.mask is not None:
            yield Named(value.mask, f"{place}/mask", f"relevant part of item {value.id!a}")
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _within(getattr(value, name), f"{place}/{name.rstrip('_')}")
    elif isinstance(value, Mapping):
        for key in sorted(value):
            yield from _within(value[key], f"{place}/{_escaped(str(key))}")
    elif isinstance(value, tuple | list):
        for index, member in enumerate(value):
            yield from _within(member, f"{place}/{index}")


def _array(reference: ArrayRef, field: str) -> str:
    size = " x ".join(str(side) for side in reference.shape)
    return f"{_WORDS.get(field, field)}, {size}, {reference.dtype}"


def _escaped(key: str) -> str:
    """Return a key as a part of a JSON pointer (RFC 6901) on one line."""
    return ascii(key)[1:-1].replace("~", "~0").replace("/", "~1")
