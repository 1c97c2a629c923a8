"""What goes in is registered whole; what is wrong is refused in one sentence and leaves nothing behind."""

import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import joblib
import pytest
import torch
from django.conf import settings

from auditor.common.errors import Refused
from auditor.common.store import Store
from auditor.jobs.models import State
from auditor.registry.models import Intake, Kind, Model, ModelVersion, ValidationSet
from auditor.registry.services import intake_create, intake_create_from_folder
from auditor.registry.tasks import take_in
from tests import folders
from tests.explain import onnx_toys

pytestmark = pytest.mark.django_db


def taken(kind: Kind, path: Path, filename: str = "upload.zip") -> Intake:
    create = intake_create_from_folder if path.is_dir() else intake_create
    where = {"folder": path} if path.is_dir() else {"path": path, "filename": filename}
    intake = create(kind=kind, by=None, **where)
    take_in(intake.pk)
    intake.refresh_from_db()
    return intake


def stored() -> set[str]:
    return {path.name for path in Store.at(settings.STORAGE_URL).root.rglob("*") if path.is_file()}


def assert_refused(intake: Intake, sentence: str) -> None:
    assert intake.state == State.FAILED
    assert sentence in intake.error
    assert "Traceback" not in intake.error
    assert "\n" not in intake.error
    assert not Model.objects.exists()
    assert not ModelVersion.objects.exists()
    assert not ValidationSet.objects.exists()
    assert stored() == {intake.upload_digest}


def test_a_model_is_registered_with_what_its_files_say(model_folder):
    version = taken(Kind.MODEL, model_folder).model_version
    assert str(version) == "Lesion detector A 1.0"
    assert version.document.output.classes == ("clear", "lesion")
    assert version.weights_bytes == (model_folder / "weights.safetensors").stat().st_size
    assert {version.spec_digest, version.weights_digest} <= stored()


def test_a_set_is_registered_with_its_groups_and_masks(set_folder):
    (set_folder / "images" / "extra.png").write_bytes((set_folder / "images" / "film-0001.png").read_bytes())
    (set_folder / "notes.txt").write_text("something else")
    found = taken(Kind.SET, set_folder).validation_set
    assert (found.name, found.items, found.masks, found.unlisted) == ("8 films", 8, 8, 1)
    assert found.labels == {"clear": 4, "lesion": 4}
    assert set(found.groups) == {"sex", "age", "site", "view"}
    assert sum(found.groups["age"].values()) == 8


def onnx_folder(folder: Path) -> Path:
    folder.mkdir()
    (folder / "model.json").write_text(onnx_toys.spec().model_dump_json(by_alias=True))
    (folder / "model.onnx").write_bytes(onnx_toys.written(onnx_toys.small()).SerializeToString())
    return folder


def test_an_onnx_model_is_registered(tmp_path):
    version = taken(Kind.MODEL, onnx_folder(tmp_path / "model")).model_version
    assert version.document.network == "ONNX"
    assert version.parameters == sum(p.numel() for p in onnx_toys.small().parameters())


def test_an_onnx_file_in_the_place_of_safetensors_is_refused(model_folder, tmp_path):
    content = (onnx_folder(tmp_path / "other") / "model.onnx").read_bytes()
    (model_folder / "weights.safetensors").write_bytes(content)
    assert_refused(taken(Kind.MODEL, model_folder), "weights.safetensors is not a safetensors file")


def test_the_same_content_is_registered_once(model_folder, tmp_path):
    first = taken(Kind.MODEL, model_folder)
    again = taken(Kind.MODEL, folders.zipped(model_folder, tmp_path / "again.zip"))
    assert again.state == State.DONE
    assert again.model_version == first.model_version


def test_the_order_of_rows_does_not_matter_but_their_content_does(set_folder, tmp_path):
    first = taken(Kind.SET, set_folder).validation_set
    header, rows = folders.read_table(set_folder / "labels.csv")
    rows[0][1] = "lesion" if rows[0][1] == "clear" else "clear"
    folders.write_table(set_folder / "labels.csv", header, rows)
    assert taken(Kind.SET, set_folder).validation_set.digest != first.digest


def torch_pickle(path: Path) -> None:
    torch.save({"weight": torch.zeros(2)}, path)


def old_pickle(path: Path) -> None:
    path.write_bytes(pickle.dumps({"weight": [0.0]}))


def joblib_pickle(path: Path) -> None:
    joblib.dump({"weight": [0.0] * 100}, path, compress=3)


@pytest.mark.parametrize("name", ["weights.safetensors", "extra.pt", "notes.txt", "image.png"])
@pytest.mark.parametrize("write", [torch_pickle, old_pickle], ids=["torch", "pickle"])
def test_a_pickle_is_refused_by_content_under_any_name(model_folder, write: Callable[[Path], None], name):
    write(model_folder / name)
    intake = taken(Kind.MODEL, model_folder)
    assert_refused(intake, name)
    assert "python manage.py convert" in intake.error


@pytest.mark.parametrize(
    "write", [torch_pickle, old_pickle, joblib_pickle], ids=["torch", "pickle", "joblib"]
)
def test_a_pickle_that_pretends_to_be_the_archive_is_refused(tmp_path, write: Callable[[Path], None]):
    write(tmp_path / "model.zip")
    assert_refused(taken(Kind.MODEL, tmp_path / "model.zip", "model.zip"), "model.zip")


def wrong_width(folder: Path) -> None:
    folders.edit_json(folder / "model.json", config={"in_channels": 1, "classes": 2, "width": 16})


def unknown_architecture(folder: Path) -> None:
    folders.edit_json(folder / "model.json", architecture="retrace.BigConvNet")


def unknown_field(folder: Path) -> None:
    folders.edit_json(folder / "model.json", clases=["a"])


def no_description(folder: Path) -> None:
    (folder / "model.json").unlink()


def no_weights(folder: Path) -> None:
    (folder / "weights.safetensors").unlink()


def weights_elsewhere(folder: Path) -> None:
    folders.edit_json(folder / "model.json", weights="../weights.safetensors")


def cut_weights(folder: Path) -> None:
    path = folder / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def too_few_classes(folder: Path) -> None:
    folders.edit_json(folder / "model.json", output={"classes": ["lesion"], "activation": "softmax"})


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (wrong_width, "'features.0.conv.weight' has the shape (8, 1, 3, 3)"),
        (unknown_architecture, "retrace.BigConvNet"),
        (unknown_field, "clases"),
        (no_description, "model.json"),
        (no_weights, "weights.safetensors"),
        (weights_elsewhere, "field weights"),
        (cut_weights, "weights.safetensors"),
        (too_few_classes, "classes"),
    ],
)
def test_a_model_that_is_wrong_is_refused_by_name(model_folder, spoil: Callable[[Path], None], sentence):
    spoil(model_folder)
    assert_refused(taken(Kind.MODEL, model_folder), sentence)


def table(change: Callable[[list[str], list[list[str]]], None]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        header, rows = folders.read_table(folder / "labels.csv")
        change(header, rows)
        folders.write_table(folder / "labels.csv", header, rows)

    return spoil


def rename_label(header: list[str], rows: list[list[str]]) -> None:
    header[1] = "diagnosis"


def duplicate(header: list[str], rows: list[list[str]]) -> None:
    rows[3][0] = rows[1][0]


def stranger(header: list[str], rows: list[list[str]]) -> None:
    rows[2][0] = "film-9999"


def nobody(header: list[str], rows: list[list[str]]) -> None:
    rows.clear()


def one_class(header: list[str], rows: list[list[str]]) -> None:
    for row in rows:
        row[1] = "clear"


def ragged(header: list[str], rows: list[list[str]]) -> None:
    rows[4].append("more")


def broken_image(folder: Path) -> None:
    (folder / "images" / "film-0003.png").write_bytes(b"GIF89a nonsense")


def cut_image(folder: Path) -> None:
    path = folder / "images" / "film-0003.png"
    path.write_bytes(path.read_bytes()[:1500])


def no_labels(folder: Path) -> None:
    (folder / "labels.csv").unlink()


def not_text(folder: Path) -> None:
    (folder / "labels.csv").write_bytes("id,label\nä,b\n".encode("latin-1"))


def small_mask(folder: Path) -> None:
    from PIL import Image

    Image.new("L", (8, 8), 255).save(folder / "masks" / "film-0002.png")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (table(rename_label), "no column 'label'"),
        (table(duplicate), "row 5: the id 'film-0002' was used before, in row 3"),
        (table(stranger), "row 4: there is no item for the id 'film-9999'"),
        (table(nobody), "no rows"),
        (table(one_class), "every item is labelled 'clear'"),
        (table(ragged), "row 6"),
        (broken_image, "images/film-0003.png"),
        (cut_image, "images/film-0003.png"),
        (no_labels, "no labels.csv"),
        (not_text, "not UTF-8"),
        (small_mask, "masks/film-0002.png is 8 x 8 pixels"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_set_that_is_wrong_is_refused_by_row_or_file(set_folder, spoil: Callable[[Path], None], sentence):
    spoil(set_folder)
    assert_refused(taken(Kind.SET, set_folder), sentence)


def test_a_truncated_zip_is_refused(set_folder, tmp_path):
    whole = folders.zipped(set_folder, tmp_path / "set.zip").read_bytes()
    (tmp_path / "set.zip").write_bytes(whole[: len(whole) // 2])
    assert_refused(taken(Kind.SET, tmp_path / "set.zip", "set.zip"), "set.zip")


@pytest.mark.parametrize("name", ["../labels.csv", "a/../../b.png", "/etc/passwd", "C:\\x.png", "aux.png"])
def test_a_zip_that_leads_out_of_itself_is_refused(set_folder, tmp_path, name):
    folders.zipped(set_folder, tmp_path / "set.zip")
    with zipfile.ZipFile(tmp_path / "set.zip", "a") as archive:
        archive.writestr(name, b"x")
    assert_refused(taken(Kind.SET, tmp_path / "set.zip", "set.zip"), "member")


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("labels.csv", b"\0" * (64 * 2**20))
    assert_refused(taken(Kind.SET, tmp_path / "bomb.zip", "bomb.zip"), "times its size")


def test_an_empty_archive_is_refused(tmp_path):
    zipfile.ZipFile(tmp_path / "set.zip", "w").close()
    assert_refused(taken(Kind.SET, tmp_path / "set.zip", "set.zip"), "set.zip")


def test_an_empty_file_and_an_empty_folder_are_refused_at_once(tmp_path):
    (tmp_path / "set.zip").touch()
    with pytest.raises(Refused, match="is empty"):
        intake_create(kind=Kind.SET, path=tmp_path / "set.zip", filename="set.zip", by=None)
    (tmp_path / "nothing").mkdir()
    with pytest.raises(Refused, match="holds no files"):
        intake_create_from_folder(kind=Kind.SET, folder=tmp_path / "nothing", by=None)
    assert not Intake.objects.exists()


def test_an_upload_over_the_limit_is_refused_at_once(tmp_path, settings):
    settings.UPLOAD_LIMIT_BYTES = 10
    (tmp_path / "set.zip").write_bytes(b"x" * 11)
    with pytest.raises(Refused, match="higher limit"):
        intake_create(kind=Kind.SET, path=tmp_path / "set.zip", filename="set.zip", by=None)


def test_a_child_that_needs_too_much_memory_ends_in_a_refusal(set_folder, settings):
    settings.INTAKE_MEMORY_BYTES = 64 * 2**20
    assert_refused(taken(Kind.SET, set_folder), "memory")
