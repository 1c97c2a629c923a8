"""What is marked in images: read from boxes.csv, kept as fractions, refused by row and field, put on the grid."""

import csv
from pathlib import Path

import numpy as np
import pytest

from auditor.common.canonical import canonical
from auditor.common.errors import Refused
from auditor.common.store import Store
from auditor.explain.items import ValidationSet
from auditor.explain.modalities import modality_of
from auditor.explain.spec import Box, ImageInput, ItemEntry, Manifest, ModelSpec
from auditor.registry.intake.sets import accept_set
from tests import folders

HEADER = ["id", "x", "y", "width", "height", "finding"]


def write(folder: Path, *rows: list[str], header: list[str] = HEADER) -> None:
    folders.write_table(folder / "boxes.csv", header, [*rows])


def manifest_of(folder: Path, store: Store) -> Manifest:
    accepted = accept_set(folder, "set.zip", b"salt", store)
    return Manifest.parse(store.get(accepted.manifest_digest), name="manifest")


@pytest.fixture
def films(tmp_path: Path) -> Path:
    return folders.validation_set(tmp_path / "set", 4)


def test_boxes_are_fractions_of_the_image_as_stored(films, tmp_path):
    write(films, ["film-0002", "16", "32", "64", "8", "lesion"], ["film-0002", "0", "0", "128", "1", ""])
    manifest = manifest_of(films, Store(tmp_path / "store"))
    boxes = {item.id: item.boxes for item in manifest.items}
    assert boxes["film-0002"] == (
        Box(x=0.125, y=0.25, width=0.5, height=0.0625, finding="lesion"),
        Box(x=0, y=0, width=1, height=1 / 128),
    )
    assert boxes["film-0001"] == ()


def test_short_names_of_columns_and_no_finding_are_read(films, tmp_path):
    write(films, ["film-0002", "16", "32", "64", "8"], header=["id", "x", "y", "w", "h"])
    assert manifest_of(films, Store(tmp_path / "store")).items[1].boxes[0].height == 0.0625


def test_boxes_change_the_digest_and_their_absence_leaves_it_as_it_was(films, tmp_path):
    store = Store(tmp_path / "store")
    without = manifest_of(films, store)
    fields = ("id", "label", "groups", "content", "mask")
    assert without.lines() == [canonical({f: getattr(i, f) for f in fields}) for i in without.items]
    write(films, ["film-0002", "16", "32", "64", "8", "lesion"])
    lines = manifest_of(films, store).lines()
    assert [a == b for a, b in zip(lines, without.lines(), strict=True)] == [True, False, True, True]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["film-9999", "1", "1", "2", "2", ""], "boxes.csv, row 2, field id: labels.csv has no id 'film-9999'"),
        (["film-0001", "one", "1", "2", "2", ""], "boxes.csv, row 2, field x: 'one' is not a number"),
        (["film-0001", "1", "nan", "2", "2", ""], "boxes.csv, row 2, field y: 'nan' is not a number"),
        (["film-0001", "1", "1", "", "2", ""], "boxes.csv, row 2, field width: '' is not a number"),
        (["film-0001", "1", "1", "0", "2", ""], "boxes.csv, row 2, field width: a box needs a number over 0"),
        (["film-0001", "1", "1", "2", "-3", ""], "boxes.csv, row 2, field height: a box needs a number over 0"),
        (["film-0001", "122", "1", "7", "2", ""], "row 2, field x: the box reaches from 122 to 129, outside"),
        (["film-0001", "1", "-2", "7", "9", ""], "boxes.csv, row 2, field y: the box reaches from -2 to 7, outside"),
        (["film-0001", "1", "1", "2", "2", "x" * 201], "boxes.csv, row 2, field finding: it is longer"),
        (["film-0001", "1", "1", "2", "2"], "boxes.csv, row 2: the number of fields differs"),
    ],
)  # fmt: skip
def test_a_box_that_is_wrong_is_refused_by_row_and_field(films, tmp_path, row, sentence):
    write(films, row)
    with pytest.raises(Refused) as refusal:
        accept_set(films, "set.zip", b"salt", Store(tmp_path / "store"))
    assert sentence in refusal.value.sentence


def test_a_column_that_lacks_is_named(films, tmp_path):
    write(films, ["film-0001", "1", "1", "2"], header=["id", "x", "y", "width"])
    with pytest.raises(Refused, match="no column 'height'"):
        accept_set(films, "set.zip", b"salt", Store(tmp_path / "store"))


def test_boxes_are_for_images_only(tmp_path):
    (tmp_path / "labels.csv").write_text("id,label\na,x\nb,y\n")
    (tmp_path / "rows.csv").write_text("id,age\na,1\nb,2\n")
    (tmp_path / "set.json").write_text('{"schema": "retrace-set/1", "kind": "table", "name": "rows"}')
    write(tmp_path, ["a", "0", "0", "1", "1", ""])
    with pytest.raises(Refused, match=r"another kind \(table\)"):
        accept_set(tmp_path, "set.zip", b"salt", Store(tmp_path / "store"))


def images(height: int, width: int) -> ImageInput:
    return ImageInput(channels=1, height=height, width=width, mean=(0.0,), std=(1.0,))


def test_a_box_covers_the_pixels_whose_centres_lie_in_it():
    box, other = Box(x=0.25, y=0.5, width=0.5, height=0.25), Box(x=0.91, y=0.0, width=0.01, height=0.01)
    marked = modality_of(images(8, 16)).marked([box, other])
    expected = np.zeros((8, 16), bool)
    for row in range(8):
        for column in range(16):
            x, y = (column + 0.5) / 16, (row + 0.5) / 8
            expected[row, column] = 0.25 <= x < 0.75 and 0.5 <= y < 0.75
    expected[0, 14] = True  # too small to hold a centre, but still marked
    assert np.array_equal(marked, expected)


def test_nothing_and_everything_are_not_a_mask():
    modality = modality_of(images(8, 8))
    assert modality.marked([]) is None
    assert modality.marked([Box(x=0, y=0, width=1, height=1)]) is None


def test_the_bundled_films_have_a_box_around_every_lesion(tmp_path):
    store = Store(tmp_path / "store")
    manifest = manifest_of(folders.PHANTOMS / "validation", store)
    spec = ModelSpec.parse((folders.PHANTOMS / "models" / "honest" / "model.json").read_bytes(), name="model")
    items = ValidationSet(manifest, store, spec)
    assert items.has_boxes
    with (folders.PHANTOMS / "validation" / "lesions.csv").open(newline="") as file:
        centres = {row["id"]: (float(row["x"]), float(row["y"])) for row in csv.DictReader(file)}
    for index, entry in enumerate(items.entries):
        marked = items.boxes(index)
        assert (marked is not None) == (entry.label == "lesion")
        if marked is not None:
            x, y = centres[entry.id]
            assert marked[int(y / 128 * marked.shape[0]), int(x / 128 * marked.shape[1])]
            assert marked.mean() < 0.2


def test_an_entry_without_boxes_is_read_as_before():
    entry = ItemEntry.parse(
        b'{"id":"a","label":"b","groups":{},"content":"' + b"0" * 64 + b'","mask":null}', name="entry"
    )
    assert entry.boxes == ()
