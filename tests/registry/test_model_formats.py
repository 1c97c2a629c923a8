"""Models of every format on their way in: what is data is registered, what would run is refused and does not run."""

import json
from pathlib import Path

import onnx
import pytest
import torch
from django.conf import settings
from django.core.management import CommandError, call_command
from sklearn.ensemble import RandomForestClassifier
from skops import io as skops_io

from auditor.common.errors import Refused
from auditor.common.store import Store
from auditor.explain.model import load
from auditor.registry.intake.weights import accept_model
from auditor.registry.models import Kind, ModelVersion
from tests.explain import onnx_toys, programs, skops_toys
from tests.explain.test_conversion import CONFIG, network
from tests.registry.test_intake import assert_refused, taken

pytestmark = pytest.mark.django_db


def skops_folder(folder: Path, content: bytes) -> Path:
    folder.mkdir()
    (folder / "model.json").write_text(skops_toys.spec().model_dump_json(by_alias=True))
    (folder / "model.skops").write_bytes(content)
    return folder


def refusal(folder: Path) -> str:
    """What the child would refuse a folder with."""
    with pytest.raises(Refused) as refused:
        accept_model(folder, Store(folder.parent / "staging"))
    return refused.value.sentence


def test_a_scikit_learn_model_is_registered_and_answers_from_the_store(tmp_path):
    features, labels = skops_toys.rows()
    forest = RandomForestClassifier(3).fit(features, labels)
    version = taken(Kind.MODEL, skops_folder(tmp_path / "model", skops_io.dumps(forest))).model_version
    stored = Store.at(settings.STORAGE_URL).path(version.weights_digest)
    found = load(version.document, stored).probabilities(torch.tensor(features)).numpy()
    assert abs(found - forest.predict_proba(features)).max() < 1e-6
    assert version.document.network == "SKOPS"


def test_a_forged_scikit_learn_model_is_refused_and_does_not_run(tmp_path):
    marker = tmp_path / "ran"
    forest = RandomForestClassifier(1).fit(*skops_toys.rows())
    command = skops_toys.described(
        "builtins.tuple", "TupleNode", content=[skops_toys.literal(f"touch {marker}")]
    )
    payload = skops_toys.described("os.system", "ConstructorFromReduceNode", content=command)
    content = skops_toys.edited(forest, lambda schema: payload)
    assert "model.skops holds os.system" in refusal(skops_folder(tmp_path / "model", content))
    assert not marker.exists()


def test_onnx_data_beside_the_model_is_stored_as_one_file(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.json").write_text(onnx_toys.spec().model_dump_json(by_alias=True))
    whole = onnx_toys.written(onnx_toys.small())
    onnx.save_model(
        whole, folder / "model.onnx", save_as_external_data=True, location="model.data", size_threshold=100
    )
    version = taken(Kind.MODEL, folder).model_version
    content = Store.at(settings.STORAGE_URL).get(version.weights_digest)
    assert version.weights_bytes == len(content) > (folder / "model.data").stat().st_size
    images = torch.rand(2, 1, 16, 16)
    original = load(version.document, onnx_toys.written(onnx_toys.small()).SerializeToString())
    assert torch.equal(load(version.document, content).logits(images), original.logits(images))


def test_onnx_data_outside_of_the_folder_is_refused(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.json").write_text(onnx_toys.spec().model_dump_json(by_alias=True))
    model = onnx_toys.written(onnx_toys.small())
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    assert "model.onnx keeps '0.weight' in '/etc/passwd'" in refusal(folder)


@pytest.mark.parametrize(
    "write", [programs.sample_inputs_replaced, programs.weights_pickled], ids=["inputs", "weights"]
)
@pytest.mark.parametrize("place", ["folder", "upload"])
def test_exported_programs_that_would_run_code_are_refused_and_do_not(model_folder, tmp_path, write, place):
    marker = tmp_path / "ran"
    content = write(marker)
    (tmp_path / "upload.zip").write_bytes(content)
    torch_loads(tmp_path / "upload.zip")
    assert marker.exists(), "the archive is no threat, so the test shows nothing"
    marker.unlink()
    (model_folder / "weights.safetensors").write_bytes(content)
    intake = taken(Kind.MODEL, model_folder if place == "folder" else tmp_path / "upload.zip")
    assert_refused(intake, "is a torch.export archive (.pt2), which can run code when it is opened")
    assert "convert it on your own machine with `python manage.py convert`" in intake.error
    assert not marker.exists()


def torch_loads(path: Path) -> None:
    """Open an archive as torch does, whatever its forged content then makes of that."""
    try:
        torch.export.load(path)
    except Exception as error:
        assert "eval" not in str(error)  # noqa: PT017


CONFIGURED = ("--architecture", "retrace.SmallConvNet", "--config", json.dumps(CONFIG))
COMPLETE = (
    "--classes",
    "a,b",
    "--shape",
    "1x32x32",
    "--mean",
    "0.4",
    "--std",
    "0.3",
    "--activation",
    "softmax",
)


def test_a_converted_checkpoint_is_accepted(tmp_path, capsys):
    source, out = tmp_path / "lung.pt", tmp_path / "out"
    torch.save({"state_dict": {f"module.{k}": v for k, v in network().state_dict().items()}}, source)
    call_command("convert", str(source), "--out", str(out), *CONFIGURED, *COMPLETE)
    assert "holds weights.safetensors and model.json" in capsys.readouterr().out
    version = taken(Kind.MODEL, out).model_version
    assert str(version) == "lung 1"
    assert version.parameters == sum(p.numel() for p in network().parameters())


def test_fields_to_fill_in_are_listed_and_refused_by_name(tmp_path, capsys):
    source, out = tmp_path / "lung.pt", tmp_path / "out"
    torch.save(network().state_dict(), source)
    call_command("convert", str(source), "--out", str(out), *CONFIGURED)
    listed = capsys.readouterr().out
    assert "Fill in these fields of model.json" in listed
    assert "  input.height\n" in listed
    assert "model.json, field input.image.channels" in refusal(out)


def test_a_folder_with_content_is_never_overwritten(tmp_path):
    source, out = tmp_path / "lung.pt", tmp_path / "out"
    torch.save(network().state_dict(), source)
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    with pytest.raises(Refused, match="exists and is not an empty folder; nothing is overwritten"):
        call_command("convert", str(source), "--out", str(out))
    with pytest.raises(Refused, match="is not a file"):
        call_command("convert", str(tmp_path / "none.pt"), "--out", str(out))
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_without_trust_nothing_of_a_file_runs_and_with_it_the_command_says_so(tmp_path, capsys):
    source, out, marker = tmp_path / "model.pt2", tmp_path / "out", tmp_path / "ran"
    source.write_bytes(programs.sample_inputs_replaced(marker))
    with pytest.raises(Refused, match="say so with --trust"):
        call_command("convert", str(source), "--out", str(out))
    assert not marker.exists()
    assert not out.exists()
    source.write_bytes(programs.exported())
    call_command("convert", str(source), "--out", str(out), "--trust")
    assert "model.pt2 is opened as trusted: code in it runs with your rights" in capsys.readouterr().err
    assert (out / "weights.safetensors").is_file()
    assert not ModelVersion.objects.exists()


@pytest.mark.parametrize(
    "option",
    [("--config", "[]"), ("--config", "{"), ("--shape", "32"), ("--shape", "axb"), ("--mean", "x")],
    ids=str,
)
def test_options_that_cannot_be_read_are_refused(tmp_path, option):
    with pytest.raises(CommandError, match=f"argument {option[0]}"):
        call_command("convert", str(tmp_path / "a"), "--out", str(tmp_path / "out"), *option)
