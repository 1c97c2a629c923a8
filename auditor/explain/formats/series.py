"""The slices of a DICOM series, or the frames of one file, become a volume."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset

from auditor.common.errors import Refused
from auditor.common.said import Figure, say
from auditor.explain.formats.axes import Volume, check_extent, oriented
from auditor.explain.formats.dicom import rescaled, stored_values
from auditor.explain.formats.header import frame_count, frame_header, guarded, read_header

Vector = NDArray[np.float64]

_SAME_DIRECTION = 1e-3
_SAME_PLACE = 1e-3  # mm
_UNEVEN = 0.05  # of a gap
_TO_WORLD = np.diag([-1.0, -1.0, 1.0])  # DICOM's axes grow left and back, nibabel's right and front


@dataclass(frozen=True)
class _Slice:
    """One plane: where it lies in mm (PS3.3 C.7.6.2), and the file and frame that hold its values."""

    label: str
    dataset: FileDataset
    index: int
    header: Dataset
    position: Vector
    rows: Vector  # the direction along a row, in which the column index grows
    columns: Vector
    spacing: tuple[float, float]  # between rows, between columns

    @property
    def normal(self) -> Vector:
        return np.cross(self.rows, self.columns)

    @property
    def shape(self) -> tuple[int, int]:
        return int(self.dataset.Rows), int(self.dataset.Columns)


def read_series(files: Mapping[str, bytes], name: str) -> Volume:
    """Return the volume of one series, from one file a slice or from one file of many frames.

    Slices are sorted by where they lie, not by their names or numbers; values are in the file's unit. Raises Refused
    for several series, for slices of several sizes, directions or spacings, for two at one place, for unequal gaps,
    and for a tilted gantry.
    """
    if not files:
        raise Refused(say("%(name)s has no files; a series needs at least two slices.", name=name))
    slices: list[_Slice] = []
    for label in sorted(files):
        slices += _slices(files[label], label)
    with guarded(name):
        _check_alike(slices, name)
        first = slices[0]
        check_extent((len(slices), *first.shape), name)
        slices = sorted(slices, key=lambda one: float(one.position @ first.normal))
        step = _step(slices, name)
        affine = np.eye(4)
        affine[:3, :3] = _TO_WORLD @ np.column_stack(
            [step, first.columns * first.spacing[0], first.rows * first.spacing[1]]
        )
        return oriented(_stacked(slices), affine, name)


def _slices(content: bytes, label: str) -> list[_Slice]:
    dataset = read_header(content, label)
    with guarded(label):
        frames = frame_count(dataset, label)
        check_extent((frames, int(dataset.Rows), int(dataset.Columns)), label)
        if str(dataset.get("PhotometricInterpretation")) != "MONOCHROME2":
            raise Refused(
                say(
                    "%(label)s is not grey with larger values brighter (MONOCHROME2), so it is no slice.",
                    label=label,
                )
            )
        return [_slice(dataset, index, frames, label) for index in range(frames)]


def _slice(dataset: FileDataset, index: int, frames: int, label: str) -> _Slice:
    header = frame_header(dataset, index)
    where = say("%(label)s, frame %(frame)s", label=label, frame=index + 1) if frames > 1 else label
    per_file = frames > 1 and "PerFrameFunctionalGroupsSequence" not in dataset
    numbers = [
        np.asarray(header.get(keyword) or [], dtype=np.float64)
        for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")
    ]
    position, directions, spacing = numbers
    if (
        per_file
        or [len(one) for one in numbers] != [3, 6, 2]
        or not np.isfinite(np.concatenate(numbers)).all()
    ):
        raise Refused(
            say(
                "%(where)s does not say where it lies in the body; export the series with its geometry.",
                where=where,
            )
        )
    rows, columns = directions[:3], directions[3:]
    if (
        not np.allclose([rows @ rows, columns @ columns, rows @ columns], [1, 1, 0], atol=0.01)
        or min(spacing) <= 0
    ):
        raise Refused(
            say(
                "%(where)s states directions or spacings that no slice can have; export the series again.",
                where=where,
            )
        )
    return _Slice(
        where, dataset, index, header, position, rows, columns, (float(spacing[0]), float(spacing[1]))
    )


def _check_alike(slices: Sequence[_Slice], name: str) -> None:
    if len(slices) < 2:
        raise Refused(say("%(name)s has one slice; a volume needs at least two.", name=name))
    first = slices[0]
    series = {str(one.dataset.get("SeriesInstanceUID", "")) for one in slices}
    if len(series) > 1:
        raise Refused(
            say(
                "%(name)s holds %(series)s series; hand in one series a volume.",
                name=name,
                series=len(series),
            )
        )
    for one in slices[1:]:
        if one.shape != first.shape:
            raise Refused(
                say(
                    "%(name)s: %(label)s has another size than %(first)s; a volume has one.",
                    name=name,
                    label=one.label,
                    first=first.label,
                )
            )
        if not np.allclose([*one.rows, *one.columns], [*first.rows, *first.columns], atol=_SAME_DIRECTION):
            raise Refused(
                say(
                    "%(name)s: %(label)s lies in another direction than %(first)s.",
                    name=name,
                    label=one.label,
                    first=first.label,
                )
            )
        if not np.allclose(one.spacing, first.spacing, rtol=1e-3):
            raise Refused(
                say(
                    "%(name)s: %(label)s has another pixel spacing than %(first)s.",
                    name=name,
                    label=one.label,
                    first=first.label,
                )
            )


def _step(slices: Sequence[_Slice], name: str) -> Vector:
    """The way in mm from one sorted slice to the next."""
    normal = slices[0].normal
    moves = np.diff([one.position for one in slices], axis=0)  # (slices - 1, 3)
    gaps = moves @ normal
    for index, gap in enumerate(gaps):
        if gap < _SAME_PLACE:
            raise Refused(
                say(
                    "%(name)s: %(first)s and %(second)s lie at one place; keep one of them.",
                    name=name,
                    first=slices[index].label,
                    second=slices[index + 1].label,
                )
            )
    usual = float(np.median(gaps))
    worst = int(np.argmax(np.abs(gaps - usual)))
    if abs(gaps[worst] - usual) > _UNEVEN * usual:
        raise Refused(
            say(
                "%(name)s: the gap between %(first)s and %(second)s is %(gap)s mm and elsewhere "
                "%(usual)s mm; a slice may be missing.",
                name=name,
                first=slices[worst].label,
                second=slices[worst + 1].label,
                gap=Figure(float(gaps[worst]), 2),
                usual=Figure(float(usual), 2),
            )
        )
    if np.linalg.norm(moves - np.outer(gaps, normal), axis=1).max() > _UNEVEN * usual:
        raise Refused(
            say(
                "%(name)s: its slices are shifted against each other (a tilted gantry); resample it first.",
                name=name,
            )
        )
    step: Vector = normal * float(gaps.mean())
    return step


def _stacked(slices: Sequence[_Slice]) -> NDArray[np.float32]:
    voxels = np.empty((len(slices), *slices[0].shape), dtype=np.float32)
    for depth, one in enumerate(slices):
        voxels[depth] = rescaled(stored_values(one.dataset, one.index, one.label), one.header, one.label)
    return voxels
