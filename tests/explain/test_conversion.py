"""Models of other formats become folders that are accepted; without trust nothing of them runs."""

import pickle
from pathlib import Path

import joblib
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from sklearn.naive_bayes import GaussianNB
from torch import nn

from auditor.common.errors import Refused
from auditor.explain import architectures
from auditor.explain.conversion import Converted, Wishes, convert
from auditor.explain.conversion.checkpoints import without_prefix
from auditor.explain.model import AuditedModel, load
from auditor.explain.spec import ModelSpec
from tests.explain import toys
from tests.explain.programs import Touching, exported, sample_inputs_replaced, weights_pickled
from tests.explain.skops_toys import rows

CONFIG = {"in_channels": 1, "width": 4, "depth": 2}
WHOLE = {
    "architecture": "retrace.SmallConvNet",
    "config": CONFIG,
    "classes": ("clear", "finding"),
    "shape": (1, 32, 32),
    "mean": (0.4,),
    "std": (0.3,),
    "activation": "softmax",
}


def network(seed: int = 5) -> nn.Module:
    torch.manual_seed(seed)
    return architectures.build("retrace.SmallConvNet", CONFIG)


@pytest.fixture
def out(tmp_path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def wishes(**more: object) -> Wishes:
    return Wishes.model_validate({"name": "toy", **more})


def with_prefix(prefix: str) -> dict[str, torch.Tensor]:
    return {prefix + key: value for key, value in network().state_dict().items()}


CHECKPOINTS = {
    "a state dict": lambda path: torch.save(network().state_dict(), path),
    "the old format": lambda path: torch.save(
        network().state_dict(), path, _use_new_zipfile_serialization=False
    ),
    "DataParallel": lambda path: torch.save(with_prefix("module."), path),
    "prefixes in prefixes": lambda path: torch.save(with_prefix("module.model."), path),
    "a training checkpoint": lambda path: torch.save(
        {"epoch": 3, "state_dict": with_prefix("model."), "optimizer": {"lr": 0.1}}, path
    ),
    "nested twice": lambda path: torch.save({"model": {"state_dict": network().state_dict()}}, path),
}


@pytest.mark.parametrize("kind", CHECKPOINTS)
def test_a_checkpoint_becomes_a_model_that_answers_as_before(tmp_path, out, kind):
    source = tmp_path / "toy.pt"
    CHECKPOINTS[kind](source)
    assert convert(source, out, wishes(**WHOLE)) == Converted(files=("weights.safetensors", "model.json"))
    spec = ModelSpec.parse((out / "model.json").read_bytes(), name="model.json")
    images = torch.rand(3, 1, 32, 32)
    found = load(spec, out / "weights.safetensors").logits(images)
    assert torch.equal(found, AuditedModel(network(), toys.spec()).logits(images))


def test_what_is_not_known_is_named_and_refused_until_it_is_filled_in(tmp_path, out):
    source = tmp_path / "toy.pt"
    torch.save(with_prefix("module."), source)
    found = convert(source, out, wishes(classes=("a", "b")))
    assert found.fill_in == (
        "architecture",
        "input.channels",
        "input.height",
        "input.width",
        "input.mean",
        "input.std",
        "output.activation",
    )
    assert load_file(out / "weights.safetensors").keys() == network().state_dict().keys()
    with pytest.raises(Refused, match=r"model\.json, field input\.image\.channels"):
        ModelSpec.parse((out / "model.json").read_bytes(), name="model.json")


def test_a_prefix_that_the_architecture_has_itself_stays():
    wanted = nn.ModuleDict({"model": nn.Linear(3, 2)})
    for prefix in ("", "module.", "module.model."):
        tensors = {prefix + key: value for key, value in wanted.state_dict().items()}
        assert without_prefix(tensors, wanted).keys() == wanted.state_dict().keys()
    assert without_prefix(wanted.state_dict(), None).keys() == wanted.state_dict().keys()
    assert without_prefix(wanted.state_dict(), wanted["model"]).keys() == {"weight", "bias"}


def refusal(source: Path, out: Path, **more: object) -> str:
    with pytest.raises(Refused) as refused:
        convert(source, out, wishes(**more))
    assert "\n" not in refused.value.sentence
    return refused.value.sentence


def test_the_first_difference_from_the_architecture_is_named(tmp_path, out):
    source = tmp_path / "toy.pt"
    torch.save(network().state_dict(), source)
    wide = {**WHOLE, "config": {**CONFIG, "width": 8}}
    assert "toy.pt: 'features.0.conv.weight' has the shape (4, 1, 3, 3)" in refusal(source, out, **wide)


@pytest.mark.parametrize(
    "content", [{"epoch": 3}, [1, 2], {"a": {"b": torch.zeros(1)}}, {"model": {}}], ids=str
)
def test_files_without_one_set_of_tensors_are_refused(tmp_path, out, content):
    source = tmp_path / "toy.pt"
    torch.save(content, source)
    assert "toy.pt holds no tensors by name" in refusal(source, out)


def test_tensors_that_safetensors_cannot_write_are_refused(tmp_path, out):
    source = tmp_path / "toy.pt"
    torch.save({"a": torch.eye(3).to_sparse()}, source)
    assert "toy.pt holds tensors that safetensors cannot write" in refusal(source, out)


def test_tensors_that_share_memory_are_written_whole(tmp_path, out):
    source, shared = tmp_path / "toy.pt", torch.rand(4)
    torch.save({"a": shared, "b": shared, "c": shared[1:3]}, source)
    convert(source, out, wishes())
    found = load_file(out / "weights.safetensors")
    assert torch.equal(found["b"], shared)
    assert torch.equal(found["c"], shared[1:3])


def test_safetensors_are_taken_as_they_are(tmp_path, out):
    source = tmp_path / "toy.safetensors"
    save_file(with_prefix("module."), source)
    convert(source, out, wishes(**WHOLE))
    assert load_file(out / "weights.safetensors").keys() == network().state_dict().keys()


def test_other_files_are_refused(tmp_path, out):
    source = tmp_path / "toy.onnx"
    source.write_bytes(b"something")
    assert "of a format that needs no conversion or is not known" in refusal(source, out)
    cut = tmp_path / "cut.pt"
    torch.save(network().state_dict(), cut)
    cut.write_bytes(cut.read_bytes()[:-200])
    assert refusal(cut, out)


def touching_checkpoint(path: Path, marker: Path) -> None:
    torch.save({"state_dict": network().state_dict(), "extra": Touching(marker)}, path)


def touching_pickle(path: Path, marker: Path) -> None:
    path.write_bytes(pickle.dumps(Touching(marker)))


def touching_joblib(path: Path, marker: Path) -> None:
    joblib.dump([np.zeros(3), Touching(marker)], path, compress=3)


def touching_sample_inputs(path: Path, marker: Path) -> None:
    path.write_bytes(sample_inputs_replaced(marker))


def touching_weights(path: Path, marker: Path) -> None:
    path.write_bytes(weights_pickled(marker))


@pytest.mark.parametrize(
    "write",
    [touching_checkpoint, touching_pickle, touching_joblib, touching_sample_inputs, touching_weights],
    ids=lambda write: write.__name__,
)
def test_without_trust_nothing_runs_and_with_trust_it_does(tmp_path, out, write):
    source, marker = tmp_path / "toy.pt", tmp_path / "ran"
    write(source, marker)
    sentence = refusal(source, out)
    assert "opening it can run any code that is in it" in sentence
    assert "say so with --trust" in sentence
    assert not marker.exists()
    assert not list(out.iterdir())
    try:
        convert(source, out, wishes(trust=True))
    except Refused as refused:
        assert "toy.pt" in refused.sentence  # noqa: PT017
    assert marker.exists(), "the file is no threat, so the test shows nothing"


def test_of_trusted_programs_the_weights_alone_are_taken(tmp_path, out):
    linear = nn.Linear(3, 2)
    script, program = tmp_path / "script.pt", tmp_path / "program.pt2"
    torch.jit.script(linear).save(script)
    program.write_bytes(exported(linear))
    for source in (script, program):
        assert "with your rights on this machine" in refusal(source, out)
        convert(source, out, wishes(trust=True))
        found = load_file(out / "weights.safetensors")
        assert torch.equal(found["weight"], linear.weight)
        assert found.keys() == {"weight", "bias"}


def test_a_whole_module_gives_its_weights_when_it_is_trusted(tmp_path, out):
    source = tmp_path / "toy.pt"
    torch.save(network(), source)
    assert "say so with --trust" in refusal(source, out)
    convert(source, out, wishes(trust=True, **WHOLE))
    assert load_file(out / "weights.safetensors").keys() == network().state_dict().keys()


@pytest.mark.parametrize(
    "write", [joblib.dump, lambda m, path: path.write_bytes(pickle.dumps(m))], ids=["j", "p"]
)
def test_a_trusted_estimator_becomes_a_model_that_answers_as_before(tmp_path, out, write):
    features, labels = rows()
    estimator, source = GaussianNB().fit(features, labels), tmp_path / "toy.joblib"
    write(estimator, source)
    found = convert(source, out, wishes(trust=True))
    assert found.files == ("model.skops", "model.json")
    assert found.fill_in == ()
    assert "Compare input.columns" in found.note
    spec = ModelSpec.parse((out / "model.json").read_bytes(), name="model.json")
    assert spec.output.classes == ("a", "b", "c")
    answers = load(spec, out / "model.skops").probabilities(torch.tensor(features)).numpy()
    assert np.abs(answers - estimator.predict_proba(features)).max() < 1e-6


def test_estimators_that_would_be_refused_are_refused_at_once(tmp_path, out):
    from sklearn.neighbors import KNeighborsClassifier

    source = tmp_path / "toy.joblib"
    joblib.dump(KNeighborsClassifier(algorithm="kd_tree").fit(*rows()), source)
    assert 'fit the neighbours with algorithm="brute"' in refusal(source, out, trust=True)
    joblib.dump({"not": "a model"}, source)
    assert "which is no fitted scikit-learn classifier" in refusal(source, out, trust=True)


def test_an_estimator_of_another_version_is_refused_naming_both(tmp_path, out):
    estimator = GaussianNB().fit(*rows())
    content = pickle.dumps(estimator, protocol=4)
    import sklearn

    version = sklearn.__version__.encode()
    assert content.count(version) == 1
    source = tmp_path / "toy.pkl"
    source.write_bytes(content.replace(version, b"0" * len(version)))
    assert f"and {sklearn.__version__} is installed" in refusal(source, out, trust=True)
