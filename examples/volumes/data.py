"""The set: cases with their groups, written as NIfTI files that differ in the order of their axes."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass

import nibabel
import numpy as np
from nibabel.orientations import apply_orientation, axcodes2ornt, inv_ornt_aff, ornt_transform

from examples.set_folder import Item
from examples.volumes.phantom import SPACING, Case, draw

CLASSES = ("clear", "lesion")
GROUPS = ("sex", "site")
_STORED = {"north": "LPS", "south": "RAS"}  # each site's scanner writes its own order of axes


@dataclass(frozen=True)
class Labelled:
    """A case, the position of its label in CLASSES, and its groups."""

    case: Case
    label: int
    groups: dict[str, str]


def cases(count: int, seed: int) -> Iterator[Labelled]:
    """Yield cases, every second with a lesion; sexes and sites are as frequent with a lesion as without."""
    for index in range(count):
        sex, site = "FM"[index // 2 % 2], ("north", "south")[index // 4 % 2]
        rng = np.random.default_rng([seed, index])
        case = draw(rng, lesion=bool(index % 2), small=sex == "F")
        yield Labelled(case, index % 2, {"sex": sex, "site": site})


def items(count: int, seed: int) -> Iterator[Item]:
    """Yield cases as items of a set, with a mask of the lungs."""
    for index, one in enumerate(cases(count, seed)):
        name, codes = f"chest-{index:03d}", _STORED[one.groups["site"]]
        files = {
            f"volumes/{name}.nii.gz": nifti(one.case.voxels, codes, np.int16),
            f"masks/{name}.nii.gz": nifti(one.case.lungs, codes, np.uint8),
        }
        yield Item(name, CLASSES[one.label], one.groups, files)


def nifti(voxels: np.ndarray, codes: str, kind: type[np.generic]) -> bytes:
    """Return voxels (feet up, front back, right to left) as packed NIfTI with axes in another order."""
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2], affine[3, 3] = SPACING[0], -SPACING[1], -SPACING[2], 1
    turn = ornt_transform(axcodes2ornt("SPL"), axcodes2ornt(codes))
    turned = apply_orientation(np.rint(voxels).astype(kind), turn)
    image = nibabel.Nifti1Image(turned, affine @ inv_ornt_aff(turn, voxels.shape))
    image.header.set_xyzt_units("mm")
    return gzip.compress(image.to_bytes(), mtime=0)
