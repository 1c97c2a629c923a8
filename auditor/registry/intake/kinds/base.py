"""What every kind of set has: content by id, and an account of what was left out or taken away."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.spec import Deidentification
from auditor.registry.intake.labels import Row


class Content(NamedTuple):
    """One item as it is stored: what the model is asked about, and its relevant region where there is one.

    `size` is an image's (height, width) in pixels; `pixels` the digest of its pixels where intake changed the file.
    """

    content: bytes
    mask: bytes | None = None
    size: tuple[int, int] | None = None
    pixels: str | None = None


class Reader(ABC):
    """The items of one folder.

    Attributes
    ----------
    columns : the columns of a table's rows or the features of graphs' nodes, nothing for other kinds
    places : the columns of labels.csv that say where an item lies
    deidentification : what was taken out of files that name people, None where no file can
    """

    columns: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    deidentification: Deidentification | None = None

    @abstractmethod
    def __init__(self, folder: Path, salt: bytes) -> None:
        """Look at the folder; raises Refused where it lacks what the kind needs."""

    @abstractmethod
    def content(self, row: Row) -> Content:
        """Return an item's content, checked; raises Refused naming the row or file that is wrong."""

    @abstractmethod
    def unlisted(self, rows: Iterable[Row]) -> int:
        """Return how many items lie in the folder that labels.csv does not name."""


def by_id(folder: Path, suffixes: tuple[str, ...]) -> dict[str, Path]:
    """Return the files of a folder by their name without suffix; raises Refused where two have one name."""
    if not folder.is_dir():
        return {}
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        suffix = next((end for end in suffixes if path.name.casefold().endswith(end)), None)
        if suffix is not None and path.is_file():
            name = path.name[: -len(suffix)]
            if name in found:
                raise Refused(
                    say(
                        "%(folder)s/ holds %(one)s and %(other)s for one id; keep one.",
                        folder=folder.name,
                        one=path.name,
                        other=found[name].name,
                    )
                )
            found[name] = path
    return found


def absent(row: Row, where: str) -> Refused:
    """Return the refusal of a row whose content is missing from where it belongs."""
    return Refused(
        say(
            "labels.csv, row %(row)s: there is no item for the id %(id)s; expected: %(where)s.",
            row=row.number,
            id=repr(row.id),
            where=where,
        )
    )
