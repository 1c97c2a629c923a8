"""The changes that can be measured: their names, units and standard doses, and why the low ones are harmless."""

from dataclasses import dataclass

from auditor.common.said import say
from auditor.explain.robustness.settings import ChangePlan
from auditor.explain.spec import Modality


@dataclass(frozen=True)
class Kind:
    """One kind of change.

    Attributes
    ----------
    title : what readers know it by
    unit : what its doses are counted in
    doses : the standard doses, from the smallest up; the second is the last that counts as harmless
    because : why it does, as a sentence
    """

    name: str
    title: str
    unit: str
    doses: tuple[float, ...]
    because: str

    def planned(self, levels: tuple[int, ...] = (1, 2, 3, 4, 5), harmless: int = 2) -> ChangePlan:
        """Return the change at some of the standard levels, counted from 1; `harmless` is one of these."""
        return ChangePlan(
            name=self.name,
            doses=tuple(self.doses[level - 1] for level in levels),
            harmless=levels.index(harmless) + 1,
        )


_PLACED = say("Positioning differs by as much between two pictures of the same person.")
_READINGS = say("Two readings of the same quantity differ by more in everyday practice.")
_RECORDS = say("Records with a few such entries in a hundred are everyday practice.")
_DISPLAYS = say(
    "It is within the 10 % by which displays for diagnosis may depart from the standard "
    "curve (AAPM TG18, 2005)."
)
_FLAT = say("It is within what remains after the correction of uneven exposure or coil sensitivity.")

_NOISE = Kind(
    "noise",
    say("noise"),
    say("grey levels of 255"),
    (1, 2, 6, 15, 30),
    say("Nobody sees noise of two grey levels."),
)
_VOXEL_NOISE = Kind(
    "noise",
    say("noise"),
    say("% of the window"),
    (0.4, 0.8, 2.5, 6, 12),
    say("It is below two of 255 grey levels on a display."),
)
_BLUR = Kind(
    "blur",
    say("blur"),
    say("% of the side"),
    (0.1, 0.25, 0.5, 1, 2),
    say("It stays within about one pixel of a picture of 400 pixels."),
)
_CONTRAST = Kind("contrast", say("less contrast"), say("% of the contrast"), (5, 10, 20, 35, 50), _DISPLAYS)
_CURVE = Kind("curve", say("other intensity curve"), say("% of the exponent"), (5, 10, 25, 50, 80), _DISPLAYS)
_BIAS = Kind(
    "bias_field", say("uneven brightness"), say("% at the strongest place"), (2, 5, 15, 30, 50), _FLAT
)
_COMPRESSION = Kind(
    "compression",
    say("JPEG compression"),
    say("points below JPEG quality 100"),
    (5, 10, 40, 70, 90),
    say("Compression at a quality of 90 is everyday practice for pictures that are read by people."),
)
_ROTATION = Kind("rotation", say("rotation"), say("degrees"), (1, 2, 5, 10, 20), _PLACED)
_SHIFT = Kind("shift", say("shift"), say("% of the side"), (1, 2, 5, 10, 20), _PLACED)
_ERROR = Kind(
    "error",
    say("measurement error"),
    say("% of a column's standard deviation"),
    (2, 5, 10, 25, 50),
    _READINGS,
)
_MISSING = Kind("missing", say("missing values"), say("% of the values"), (1, 2, 10, 25, 50), _RECORDS)
_OFFSET = Kind(
    "offset",
    say("shifted distribution"),
    say("% of a column's standard deviation"),
    (2, 5, 10, 25, 50),
    say("Calibrations of two laboratories differ by more in everyday practice."),
)
_WRONG = Kind(
    "category", say("category recorded wrongly"), say("% of the categories"), (1, 2, 5, 10, 25), _RECORDS
)
_FEATURES = Kind(
    "features",
    say("noise of node features"),
    say("% of a feature's standard deviation"),
    (2, 5, 10, 25, 50),
    _READINGS,
)
_EDGES = Kind("edges", say("edges lost"), say("% of the edges"), (1, 2, 5, 10, 25), _RECORDS)

CHANGES: dict[Modality, tuple[Kind, ...]] = {
    "image": (_NOISE, _BLUR, _CONTRAST, _CURVE, _BIAS, _COMPRESSION, _ROTATION, _SHIFT),
    "volume": (_VOXEL_NOISE, _BLUR, _CONTRAST, _CURVE, _BIAS, _ROTATION, _SHIFT),
    "table": (_ERROR, _MISSING, _OFFSET, _WRONG),
    "graph": (_FEATURES, _EDGES),
}


def kinds(modality: Modality) -> dict[str, Kind]:
    """Return the changes of one kind of input by name."""
    return {kind.name: kind for kind in CHANGES[modality]}


def planned(modality: Modality) -> tuple[ChangePlan, ...]:
    """Return every change of a kind of input at its standard doses."""
    return tuple(kind.planned() for kind in CHANGES[modality])


def graded(modality: Modality, names: tuple[str, ...], levels: tuple[int, ...]) -> tuple[ChangePlan, ...]:
    """Return some changes of a kind of input at some of the standard levels, of which 2 is one."""
    return tuple(kinds(modality)[name].planned(levels) for name in names)
