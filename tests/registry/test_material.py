"""What a set lacks and what a model was trained on, from the folders that are handed in to the pages that show it."""

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from auditor.common.digest import digest_of
from auditor.common.errors import Refused
from auditor.common.store import Store
from auditor.explain.decode import decode_image
from auditor.explain.fitting import check_fit
from auditor.explain.formats.pixels import pixel_digest
from auditor.explain.material.overlap import overlap
from auditor.explain.spec import GroupCount, Manifest, ModelSpec
from auditor.jobs.models import State
from auditor.registry.execution import model_digest
from auditor.registry.intake.sets import accept_set
from auditor.registry.intake.weights import accept_model
from auditor.registry.models import Kind
from auditor.registry.services import intake_create_from_folder
from auditor.registry.tasks import take_in
from tests import folders, rows
from tests.explain.formats import dicoms


def unlabel(folder: Path, *numbers: int) -> None:
    header, lines = folders.read_table(folder / "labels.csv")
    for number in numbers:
        lines[number][header.index("label")] = " "
    folders.write_table(folder / "labels.csv", header, lines)


def accepted(folder: Path, store: Store) -> tuple:
    found = accept_set(folder, "set.zip", b"salt" * 4, store)
    return found, Manifest.parse(store.get(found.manifest_digest), name="manifest")


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store")


def test_rows_without_a_label_are_left_out_and_counted_by_group(set_folder, store):
    unlabel(set_folder, 1, 4)
    (set_folder / "images" / "film-0005.png").unlink()  # a row that is left out needs no image
    found, manifest = accepted(set_folder, store)
    assert (found.items, found.unlabelled.rows, found.unlisted) == (6, 2, 0)
    assert sum(found.labels.values()) == 6
    header, lines = folders.read_table(set_folder / "labels.csv")
    sexes = sorted({lines[n][header.index("sex")] for n in (1, 4)})
    counted = [group for group in found.unlabelled.groups if group.column == "sex"]
    assert [group.value for group in counted] == sexes
    assert sum(group.n for group in counted) == 2
    assert [item.id for item in manifest.items] == [lines[n][0] for n in (0, 2, 3, 5, 6, 7)]


def test_the_same_items_with_other_rows_left_out_are_another_set(set_folder, store):
    header, lines = folders.read_table(set_folder / "labels.csv")
    folders.write_table(set_folder / "labels.csv", header, lines[:6])
    short, _ = accepted(set_folder, store)
    folders.write_table(set_folder / "labels.csv", header, lines)
    unlabel(set_folder, 6, 7)
    less, manifest = accepted(set_folder, store)
    assert short.items == less.items == 6
    assert short.digest != less.digest
    views = [row[header.index("view")] for row in lines[6:]]
    expected = {GroupCount(column="view", value=view, n=views.count(view)) for view in views}
    assert expected <= set(manifest.unlabelled.groups)


def test_a_set_without_any_label_is_refused(set_folder, store):
    unlabel(set_folder, *range(8))
    with pytest.raises(Refused, match="column label: no item has a label"):
        accepted(set_folder, store)


def test_a_set_whose_labels_are_all_of_one_class_but_for_empty_ones_is_refused(set_folder, store):
    _, lines = folders.read_table(set_folder / "labels.csv")
    unlabel(set_folder, *(n for n, row in enumerate(lines) if row[1] == "lesion"))
    with pytest.raises(Refused, match="every item is labelled 'clear'"):
        accepted(set_folder, store)


def test_an_empty_id_is_refused_even_without_a_label(set_folder, store):
    header, lines = folders.read_table(set_folder / "labels.csv")
    lines[2][:2] = ["", ""]
    folders.write_table(set_folder / "labels.csv", header, lines)
    with pytest.raises(Refused, match="row 4: the id is empty"):
        accepted(set_folder, store)


def test_a_wrong_label_is_named_by_its_id_where_rows_were_left_out(set_folder, store):
    unlabel(set_folder, 0)
    header, lines = folders.read_table(set_folder / "labels.csv")
    lines[3][1] = "tumour"
    folders.write_table(set_folder / "labels.csv", header, lines)
    spec = ModelSpec.parse((folders.PHANTOMS / "models/honest/model.json").read_bytes(), name="model.json")
    with pytest.raises(Refused, match=r"labels\.csv, id 'film-0004': the label 'tumour'"):
        check_fit(accepted(set_folder, store)[1], spec)


def test_copies_of_content_are_counted_at_intake(set_folder, store):
    images = set_folder / "images"
    (images / "film-0002.png").write_bytes((images / "film-0001.png").read_bytes())
    assert accepted(set_folder, store)[0].duplicates == 1


def listed(folder: Path, text: str) -> Path:
    (folder / "training.sha256").write_text(text)
    folders.edit_json(folder / "model.json", training="training.sha256")
    return folder


def test_a_training_list_is_kept_without_names_order_or_repetition(model_folder, store):
    text = f"# made by hand\n{'B' * 64}  anna-schmidt.png\n\n{'a' * 64} # the first\n{'b' * 64}\n"
    found = accept_model(listed(model_folder, text), store)
    assert found.training_items == 2
    assert store.get(found.training_digest) == b"a" * 64 + b"\n" + b"b" * 64


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"{'a' * 64}\n{'a' * 63}\n", "training.sha256, line 2"),
        ("\nfilm-0001.png\n", "training.sha256, line 2: 'film-0001.png' is not a SHA-256"),
        ("# nothing yet\n", "lists nothing"),
        ("", "lists nothing"),
        ("\x00\xff", "training.sha256, line 1"),
    ],
)
def test_a_training_list_that_is_wrong_is_refused_by_line(model_folder, store, text, sentence):
    with pytest.raises(Refused) as refusal:
        accept_model(listed(model_folder, text), store)
    assert sentence in refusal.value.sentence


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("absent.sha256", "field training: the folder has no file"), ("../labels.csv", "field training")],
)
def test_a_training_list_that_is_not_there_or_elsewhere_is_refused(model_folder, store, name, sentence):
    folders.edit_json(model_folder / "model.json", training=name)
    with pytest.raises(Refused, match=sentence):
        accept_model(model_folder, store)


def digests(folder: Path) -> str:
    out = io.StringIO()
    call_command("training_digests", str(folder), stdout=out)
    return out.getvalue()


def test_the_command_lists_files_that_intake_keeps_as_they_are(set_folder, store):
    kept = store.put("\n".join(digests(set_folder / "images").split()).encode())
    found = overlap(accepted(set_folder, store)[1], kept, store)
    assert (found.listed, found.seen) == (8, 8)
    expected = {hashlib.sha256(p.read_bytes()).hexdigest() for p in (set_folder / "images").iterdir()}
    assert set(store.get(kept).decode().split()) == expected


def test_dicom_files_are_found_by_their_pixels_although_intake_changes_them(tmp_path, store):
    rng = np.random.default_rng(0)
    folder = tmp_path / "set"
    (folder / "images").mkdir(parents=True)
    (folder / "labels.csv").write_text("id,label\na,x\nb,y\nc,y\n")
    for name in "abc":
        pixels = rng.integers(0, 255, (8, 8)).astype(np.uint8)
        made = dicoms.dicom(pixels, PatientName=f"Person {name}", PatientBirthDate="19700101")
        (folder / "images" / f"{name}.dcm").write_bytes(made)
    trained = tmp_path / "trained"
    trained.mkdir()
    original = (folder / "images" / "b.dcm").read_bytes()
    (trained / "b.dcm").write_bytes(original)
    _, manifest = accepted(folder, store)
    names = store.put(digests(trained).strip().encode())
    assert overlap(manifest, names, store).items == ("b",)
    assert manifest.items[1].pixels == pixel_digest(decode_image(original, "b"))
    assert hashlib.sha256(original).hexdigest() not in manifest.to_bytes().decode()


def test_the_digest_of_pixels_depends_on_type_shape_and_values_alone():
    pixels = np.arange(12, dtype=np.uint16).reshape(3, 4)
    head = b"retrace-pixels/1 uint16 3 4\n"
    assert pixel_digest(pixels) == hashlib.sha256(head + pixels.astype("<u2").tobytes()).hexdigest()
    assert (
        pixel_digest(np.asfortranarray(pixels)) == pixel_digest(pixels.astype(">u2")) == pixel_digest(pixels)
    )
    others = (pixels.reshape(4, 3), pixels.astype(np.uint8), pixels + np.uint16(1))
    assert len({pixel_digest(pixels), *map(pixel_digest, others)}) == 4


def test_rows_of_a_table_are_listed_one_by_one(tmp_path, store):
    folder = tmp_path / "rows"
    folder.mkdir()
    (folder / "labels.csv").write_text("id,label\na,x\nb,y\n")
    (folder / "rows.csv").write_text("id,age,dose\na,1,2\nb,3,4\n")
    (folder / "set.json").write_text('{"schema": "retrace-set/1", "kind": "table", "name": "rows"}')
    trained = tmp_path / "trained"
    trained.mkdir()
    (trained / "rows.csv").write_text("id,dose,age\nelse,4,3\nother,9,9\n")
    kept = store.put(digests(trained).strip().encode())
    assert overlap(accepted(folder, store)[1], kept, store).items == ("b",)


def taken(kind: Kind, folder: Path) -> object:
    intake = intake_create_from_folder(kind=kind, folder=folder, by=None)
    take_in(intake.pk)
    intake.refresh_from_db()
    assert intake.state == State.DONE, intake.error
    return intake.model_version or intake.validation_set


@pytest.mark.django_db
def test_the_pages_of_set_and_model_say_what_is_missing_and_what_was_declared(
    set_folder, model_folder, client, settings
):
    client.force_login(User.objects.create_user("officer"))
    unlabel(set_folder, 1)
    found = taken(Kind.SET, set_folder)
    page = client.get(f"/sets/{found.pk}/").content.decode()
    assert "Rows without a label" in page
    assert "Copies of another item" in page
    assert "not declared" in client.get(f"/models/{rows.model_version().pk}/").content.decode()
    declared = taken(Kind.MODEL, listed(model_folder, "a" * 64))
    page = client.get(f"/models/{declared.pk}/").content.decode()
    assert declared.training_digest in page
    assert declared.digest == model_digest(
        declared.spec_digest, declared.weights_digest, declared.training_digest
    )
    assert Store.at(settings.STORAGE_URL).get(declared.training_digest) == b"a" * 64


def test_another_list_makes_another_version_and_no_list_the_one_that_it_always_was():
    plain, *others = (model_digest("a", "b", list_) for list_ in (None, "c", "d"))
    assert plain == digest_of({"spec": "a", "weights": "b"})
    assert len({plain, *others}) == 3
