"""Sets of volumes: a NIfTI file or a DICOM series an item, and a mask of the relevant region where there is one."""

from collections.abc import Iterable
from pathlib import Path

from auditor.common.errors import Refused
from auditor.common.said import Figure, say
from auditor.explain.formats.axes import Volume, distance
from auditor.explain.formats.header import is_dicom
from auditor.explain.formats.volume import encode_volume, read_nifti, read_series
from auditor.registry.intake.kinds.base import Content, Reader, absent, by_id
from auditor.registry.intake.kinds.identity import Identity
from auditor.registry.intake.labels import Row

_NIFTI = (".nii.gz", ".nii")
_MOST_APART = 0.5  # of the shortest side of a voxel


class Volumes(Reader):
    """`volumes/` and `masks/`; stored is every volume in one form, along one set of axes and without any text."""

    def __init__(self, folder: Path, salt: bytes) -> None:
        self._volumes = _volumes(folder / "volumes")
        self._masks = by_id(folder / "masks", _NIFTI)
        self._identity = Identity(salt)

    def content(self, row: Row) -> Content:
        """Return a volume and its mask in the form that is stored."""
        path, mask = self._volumes.get(row.id), self._masks.get(row.id)
        if path is None:
            raise absent(
                row, say("volumes/%(name)s.nii (or .nii.gz, .dcm, or a folder with a series)", name=row.id)
            )
        volume = self._volume(path)
        region = None if mask is None else self._mask(mask, volume)
        self.deidentification = self._identity.account
        return Content(encode_volume(volume), region)

    def unlisted(self, rows: Iterable[Row]) -> int:
        """Return how many volumes labels.csv does not name."""
        return len(self._volumes.keys() - {row.id for row in rows})

    def _volume(self, path: Path) -> Volume:
        name = f"volumes/{path.name}"
        if path.is_dir():
            files = {f"{name}/{part.relative_to(path)}": part for part in path.rglob("*") if part.is_file()}
            return read_series({label: self._slice(file, label) for label, file in files.items()}, name)
        content = path.read_bytes()
        if is_dicom(content):
            return read_series({name: self._identity.dicom(content, name)}, name)
        return self._nifti(content, name)

    def _slice(self, path: Path, label: str) -> bytes:
        return self._identity.dicom(path.read_bytes(), label)

    def _nifti(self, content: bytes, name: str) -> Volume:
        volume = read_nifti(content, name)
        self._identity.nifti(content)
        return volume

    def _mask(self, path: Path, volume: Volume) -> bytes:
        mask = self._nifti(path.read_bytes(), f"masks/{path.name}")
        _check_grid(mask, volume, path.name)
        return encode_volume(mask)


def _volumes(folder: Path) -> dict[str, Path]:
    """Return files and folders by their id; raises Refused where two have one."""
    found = by_id(folder, (*_NIFTI, ".dcm"))
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir():
            if path.name in found:
                raise Refused(
                    say(
                        "%(folder)s/ holds %(one)s and %(other)s for one id; keep one.",
                        folder="volumes",
                        one=f"{path.name}/",
                        other=found[path.name].name,
                    )
                )
            found[path.name] = path
    return found


def _check_grid(mask: Volume, volume: Volume, name: str) -> None:
    if mask.voxels.shape != volume.voxels.shape:
        raise Refused(
            say(
                "masks/%(file)s has %(size)s voxels and its volume %(other)s, counted from the feet up, from the front "
                "back and from right to left; a mask needs the grid of its volume.",
                file=name,
                size=_size(mask),
                other=_size(volume),
            )
        )
    apart = distance(mask, volume)
    if apart > _MOST_APART * min(volume.spacing):
        raise Refused(
            say(
                "masks/%(file)s lies up to %(apart)s mm away from its volume, by what both files say of their place in "
                "the body; a mask needs the grid of its volume.",
                file=name,
                apart=Figure(apart, 1),
            )
        )


def _size(volume: Volume) -> str:
    return " x ".join(map(str, volume.voxels.shape))
