"""Checking a validation set: every row has an image, every image decodes, every mask fits."""

from pathlib import Path

from auditor.common.digest import merkle_root
from auditor.common.errors import Refused
from auditor.common.store import Store
from auditor.explain.decode import decode_image, decode_mask
from auditor.explain.spec import ItemEntry, Manifest, SetSpec
from auditor.registry.intake.accepted import AcceptedSet
from auditor.registry.intake.labels import Row, counts, group_columns, group_value, read_labels

_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
_MASK_SUFFIXES = (".png", ".tif", ".tiff")


def accept_set(folder: Path, name: str, staging: Store) -> AcceptedSet:
    """Return the accepted set with its files staged; raises Refused with the first thing that is wrong."""
    rows = read_labels(folder / "labels.csv")
    spec = _spec(folder, name)
    groups = group_columns(rows, spec.groups)
    images = _by_id(folder / "images", _SUFFIXES)
    masks = _by_id(folder / "masks", _MASK_SUFFIXES)
    manifest = Manifest(items=tuple(_entry(row, groups, images, masks, staging) for row in rows))
    return AcceptedSet(
        name=spec.name,
        description=spec.description,
        digest=merkle_root(manifest.lines()),
        manifest_digest=staging.put(manifest.to_bytes()),
        items=len(rows),
        labels=counts(row.label for row in rows),
        groups={column: counts(item.groups[column] for item in manifest.items) for column in groups},
        masks=sum(item.mask is not None for item in manifest.items),
        unlisted=len(images.keys() - {row.id for row in rows}),
    )


def _spec(folder: Path, name: str) -> SetSpec:
    path = folder / "set.json"
    if path.is_file():
        return SetSpec.parse(path.read_bytes(), name="set.json")
    return SetSpec(schema="retrace-set/1", name=Path(name).stem or "validation set")


def _by_id(folder: Path, suffixes: tuple[str, ...]) -> dict[str, Path]:
    if not folder.is_dir():
        return {}
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.casefold() in suffixes:
            if path.stem in found:
                raise Refused(
                    f"{folder.name}/ holds {path.name} and {found[path.stem].name} for one id; keep one."
                )
            found[path.stem] = path
    return found


def _entry(
    row: Row, groups: tuple[str, ...], images: dict[str, Path], masks: dict[str, Path], staging: Store
) -> ItemEntry:
    image = images.get(row.id)
    if image is None:
        raise Refused(
            f"labels.csv, row {row.number}: there is no image for the id {row.id!r}; expected images/{row.id}.png "
            "(or .jpg, .tif)."
        )
    content = image.read_bytes()
    pixels = decode_image(content, f"images/{image.name}")
    mask = masks.get(row.id)
    if mask is not None:
        covered = decode_mask(mask.read_bytes(), f"masks/{mask.name}")
        if covered.shape != pixels.shape[:2]:
            raise Refused(
                f"masks/{mask.name} is {covered.shape[1]} x {covered.shape[0]} pixels and its image is "
                f"{pixels.shape[1]} x {pixels.shape[0]}; a mask needs the size of its image."
            )
    return ItemEntry(
        id=row.id,
        label=row.label,
        groups={column: group_value(column, row.columns[column]) for column in groups},
        content=staging.put(content),
        mask=None if mask is None else staging.put(mask.read_bytes()),
    )
