"""Checking a validation set: every row of labels.csv has an item, and every item can be read."""

from collections import Counter
from pathlib import Path

from auditor.common.merkle import merkle_root
from auditor.common.store import Store
from auditor.explain.spec import GroupCount, ItemEntry, Manifest, SetSpec, Unlabelled
from auditor.registry.intake.accepted import AcceptedSet
from auditor.registry.intake.boxes import Mark, read_boxes, within
from auditor.registry.intake.kinds import Reader, reader
from auditor.registry.intake.labels import Row, counts, group_columns, group_value, read_labels


def accept_set(folder: Path, name: str, salt: bytes, staging: Store) -> AcceptedSet:
    """Return the accepted set with its files staged; raises Refused with the first thing that is wrong."""
    rows = read_labels(folder / "labels.csv")
    spec = _spec(folder, name)
    source = reader(spec.kind, folder, salt)
    groups = group_columns(rows, spec.groups, source.places)
    marks = read_boxes(folder, spec.kind, (row.id for row in rows))
    labelled = [row for row in rows if row.label]
    items = tuple(_entry(row, groups, source, marks.get(row.id, []), staging) for row in labelled)
    manifest = Manifest(
        kind=spec.kind,
        columns=source.columns,
        deidentification=source.deidentification,
        items=items,
        unlabelled=_unlabelled(rows, groups),
    )
    return AcceptedSet(
        modality=spec.kind,
        name=spec.name,
        description=spec.description,
        digest=merkle_root(manifest.lines()),
        manifest_digest=staging.put(manifest.to_bytes()),
        items=len(items),
        labels=counts(item.label for item in items),
        groups={column: counts(item.groups[column] for item in items) for column in groups},
        masks=sum(item.mask is not None for item in items),
        boxes=sum(bool(item.boxes) for item in items),
        unlisted=source.unlisted(rows),
        unlabelled=manifest.unlabelled,
        duplicates=len(items) - len({item.content for item in items}),
        deidentification=source.deidentification,
    )


def _spec(folder: Path, name: str) -> SetSpec:
    path = folder / "set.json"
    if path.is_file():
        return SetSpec.parse(path.read_bytes(), name="set.json")
    return SetSpec(schema="retrace-set/1", name=Path(name).stem or "validation set")


def _entry(row: Row, groups: tuple[str, ...], source: Reader, marks: list[Mark], staging: Store) -> ItemEntry:
    found = source.content(row)
    return ItemEntry(
        id=row.id,
        label=row.label,
        groups=_groups(row, groups),
        content=staging.put(found.content),
        mask=None if found.mask is None else staging.put(found.mask),
        pixels=found.pixels,
        boxes=() if found.size is None else within(marks, *found.size),
    )


def _groups(row: Row, groups: tuple[str, ...]) -> dict[str, str]:
    return {column: group_value(column, row.columns[column]) for column in groups}


def _unlabelled(rows: list[Row], groups: tuple[str, ...]) -> Unlabelled:
    """Return how many rows have no label, and of which groups they are."""
    without = [_groups(row, groups) for row in rows if not row.label]
    found = Counter(pair for one in without for pair in one.items())
    return Unlabelled(
        rows=len(without),
        groups=tuple(GroupCount(column=c, value=v, n=n) for (c, v), n in sorted(found.items())),
    )
