"""ONNX data in a file beside the model is folded in; data anywhere else is refused and not read."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from auditor.common.errors import Refused
from auditor.explain import onnx_folding
from auditor.explain.model import load
from auditor.explain.onnx_folding import folded
from auditor.explain.spec import ModelSpec
from tests.explain.onnx_toys import small, spec, written

LIGHT = Path(__file__).parents[2].parent / "shared" / "data" / "vectors" / "onnx_light"
present = pytest.mark.skipif(not LIGHT.is_dir(), reason=f"the ONNX models in {LIGHT} are absent")


def saved(folder: Path, location: str = "model.onnx.data") -> Path:
    """A model whose weights of a hundred bytes and more lie in one file beside it."""
    path = folder / "model.onnx"
    onnx.save_model(written(small()), path, save_as_external_data=True, location=location, size_threshold=100)
    return path


def test_the_folded_model_answers_as_the_one_in_one_piece(tmp_path):
    path = saved(tmp_path)
    assert (tmp_path / "model.onnx.data").stat().st_size > 8000
    images = torch.rand(3, 1, 16, 16)
    whole = load(spec(), written(small()).SerializeToString())
    (content,) = {folded(path), folded(path)}
    (tmp_path / "model.onnx.data").unlink()
    assert torch.equal(load(spec(), content).logits(images), whole.logits(images))
    assert load(spec(), content).parameters == whole.parameters


def test_a_model_in_one_piece_is_returned_as_it_is(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(written(small()).SerializeToString())
    assert folded(path) == path.read_bytes()


def changed(folder: Path, **entries: str | None) -> Path:
    path = saved(folder)
    model = onnx.load(path, load_external_data=False)
    tensor = next(t for t in model.graph.initializer if t.name == "3.weight")
    kept = {entry.key: entry.value for entry in tensor.external_data} | entries
    tensor.ClearField("external_data")
    for key, value in kept.items():
        if value is not None:
            tensor.external_data.add(key=key, value=value)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.parametrize(
    "location", ["../model.onnx.data", "/etc/passwd", "a/b", "a\\b", "..", ".", "", "C:b", "x\0y"]
)
def test_data_in_another_folder_is_refused_naming_it(tmp_path, location):
    with pytest.raises(Refused) as refused:
        folded(changed(tmp_path, location=location))
    assert f"keeps '3.weight' in {location!r}; only a plain file name" in refused.value.sentence


def test_data_behind_a_link_or_that_is_absent_is_refused(tmp_path):
    path = changed(tmp_path, location="link")
    with pytest.raises(Refused, match="in 'link', and the model's folder has no such file"):
        folded(path)
    (tmp_path / "link").symlink_to(tmp_path / "model.onnx.data")
    with pytest.raises(Refused, match="a link is none"):
        folded(path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(Refused, match="has no such file"):
        folded(changed(tmp_path, location="folder"))


@pytest.mark.parametrize(
    "entries",
    [
        {"length": "8191"},
        {"length": "9999999999999"},
        {"length": "-1"},
        {"length": "x"},
        {"offset": "-1"},
        {"offset": "99999999"},
        {"length": None, "offset": "9"},
    ],
    ids=str,
)
def test_places_outside_of_the_file_are_refused(tmp_path, entries):
    with pytest.raises(Refused, match=r"'3\.weight'"):
        folded(changed(tmp_path, **entries))


def test_a_tensor_without_a_length_ends_with_its_file(tmp_path):
    path = tmp_path / "model.onnx"
    tensor = numpy_helper.from_array(np.arange(6, dtype=np.float32), "k")
    (tmp_path / "k.bin").write_bytes(tensor.raw_data)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="k.bin")
    inner = helper.make_graph([helper.make_node("Constant", [], ["k"], value=tensor)], "inner", [], [])
    graph = helper.make_graph(
        [helper.make_node("If", ["c"], [], then_branch=inner, else_branch=inner)], "g", [], []
    )
    path.write_bytes(helper.make_model(graph).SerializeToString())
    model = onnx.load_model_from_string(folded(path))
    found = [*onnx_folding.parts(model, TensorProto)]
    assert [numpy_helper.to_array(t).tolist() for t in found] == [[0, 1, 2, 3, 4, 5]] * 2


def test_more_than_one_file_holds_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = saved(tmp_path)
    monkeypatch.setattr(onnx_folding, "_MOST", path.stat().st_size + 100)
    with pytest.raises(Refused, match="has 2 GiB or more with its data"):
        folded(path)
    monkeypatch.setattr(onnx_folding, "_MOST", 10)
    with pytest.raises(Refused, match="has 2 GiB or more with its data"):
        folded(path)


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 10**6), value=st.integers(0, 255))
def test_whatever_byte_is_changed_it_is_folded_or_refused(tmp_path_factory, place, value):
    path = saved(tmp_path_factory.mktemp("onnx"))
    content = bytearray(path.read_bytes())
    content[place % len(content)] = value
    path.write_bytes(content)
    try:
        assert folded(path)
    except Refused as refused:
        assert "model.onnx" in str(refused)  # noqa: PT017


def described(side: int, classes: int, channels: int = 3) -> ModelSpec:
    output = {"classes": [str(i) for i in range(classes)], "activation": "none"}
    given = {
        "channels": channels,
        "height": side,
        "width": side,
        "mean": [0.0] * channels,
        "std": [1.0] * channels,
    }
    described = spec().model_dump(mode="json", by_alias=True) | {"input": given, "output": output}
    return ModelSpec.model_validate(described)


@present
@pytest.mark.parametrize("name", ["squeezenet", "shufflenet", "densenet121"])
def test_published_networks_load(name):
    content = folded(LIGHT / "light" / f"light_{name}.onnx")
    found = load(described(224, 1000), content)
    assert found.probabilities(torch.rand(1, 3, 224, 224)).shape == (1, 1000)


@present
def test_small_published_models_load_or_are_refused_in_a_sentence():
    paths = sorted((LIGHT / "simple").glob("*/model.onnx"))
    assert len(paths) > 20
    for path in paths:
        with pytest.raises(Refused) as refused:
            load(described(16, 2, channels=1), folded(path))
        assert refused.value.sentence.endswith(".")
        assert "\n" not in refused.value.sentence
