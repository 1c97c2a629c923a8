"""Loading: strict, named, bit-identical; answers: probabilities whatever the output layer."""

import json
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import save
from torch import nn

from auditor.common.errors import Refused
from auditor.explain import architectures
from auditor.explain import model as model_module
from auditor.explain.determinism import deterministic
from auditor.explain.model import AuditedModel, load
from tests.explain import toys


def network() -> nn.Module:
    torch.manual_seed(3)
    return architectures.build(toys.spec().architecture, toys.spec().config)


@pytest.fixture
def state():
    return network().state_dict()


def test_what_is_loaded_answers_bit_for_bit_as_what_was_saved(state, tmp_path):
    original, images = AuditedModel(network(), toys.spec()), torch.rand(2, 1, 32, 32)
    path = tmp_path / "weights"
    path.write_bytes(save(state))
    for source in (save(state), path):
        loaded = load(toys.spec(), source)
        assert torch.equal(loaded.logits(images), original.logits(images))
    assert loaded.parameters == sum(p.numel() for p in network().parameters())
    assert not any(p.requires_grad for p in loaded.network.parameters())
    assert not loaded.network.training


def refusal(state, **more) -> str:
    with pytest.raises(Refused) as refused:
        load(toys.spec(**more), save(state))
    return refused.value.sentence


def test_the_first_key_that_differs_is_named(state):
    keys = list(state)
    missing = {key: value for key, value in state.items() if key not in (keys[1], keys[3])}
    assert f"weights.safetensors has no {keys[1]!r}" in refusal(missing)
    renamed = {("net." + k if k == keys[0] else k): v for k, v in state.items()}
    assert f"has no {keys[0]!r}, which the architecture needs; the file has 'net.{keys[0]}'" in refusal(
        renamed
    )
    assert "has 'extra', which the architecture does not know" in refusal(state | {"extra": torch.zeros(1)})
    wide = refusal(state | {keys[0]: torch.zeros(9, 1, 3, 3)})
    assert f"{keys[0]!r} has the shape (9, 1, 3, 3) and the architecture needs (4, 1, 3, 3)" in wide
    assert f"{keys[0]!r} is float16 and the architecture needs float32" in refusal(
        state | {keys[0]: state[keys[0]].half()}
    )


def test_an_architecture_that_is_not_on_the_list_is_refused(state):
    assert "not on the list" in refusal(state, architecture="os.system")


def test_answers_that_do_not_fit_the_classes_are_refused(state):
    assert "(1, 1) is needed" in refusal(state, activation="sigmoid")


def test_a_layer_that_does_not_exist_is_refused_with_the_nearest(state):
    assert "no layer 'features.1.rel'; the nearest are 'features.1.relu'" in refusal(
        state, gradcam_layer="features.1.rel"
    )


def header(entries: dict, data: bytes = b"") -> bytes:
    text = json.dumps(entries).encode()
    return len(text).to_bytes(8, "little") + text + data


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is not a safetensors file"),
        (b"\xff" * 8 + b"{", "is not a safetensors file"),
        ((20 * 2**20).to_bytes(8, "little") + b"{" + bytes(20 * 2**20), "has a header of 20971520 bytes"),
        ((5).to_bytes(8, "little") + b"{nono", "a header that is not JSON"),
        (
            header({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}),
            "places 'a' outside the file",
        ),
        (
            header({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 8]}}, bytes(8)),
            "places 'a' outside",
        ),
        (
            header({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 8]}}, bytes(8)),
            "places 'a' outside",
        ),
        (
            header({"a": {"dtype": "object", "shape": [1], "data_offsets": [0, 4]}}, bytes(4)),
            "describes 'a' wrongly",
        ),
        (header({"a": [1, 2]}, bytes(4)), "describes 'a' wrongly"),
    ],
)
def test_a_broken_file_is_refused_with_a_sentence(content, sentence):
    with pytest.raises(Refused, match=sentence):
        load(toys.spec(), content)


def test_every_prefix_of_a_file_is_refused(state):
    whole = save(state)
    for length in range(0, len(whole), 97):
        with pytest.raises(Refused):
            load(toys.spec(), whole[:length])


def test_a_single_logit_and_two_say_the_same_probabilities():
    one = AuditedModel(toys.Convolutional(classes=1), toys.spec(activation="sigmoid"))
    images = torch.rand(4, 1, 32, 32)
    expected = torch.sigmoid(one.network((images - 0.4) / 0.3))[:, 0]
    found = one.probabilities(images)
    assert found.shape == (4, 2)
    assert torch.allclose(found[:, 1], expected, atol=1e-6)


class WithBuffer(nn.Module):
    """A network with a constant that no weights file carries."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("ramp", torch.arange(2.0), persistent=False)
        self.head = nn.Linear(1, 2)

    def forward(self, images):
        return self.head(images.mean(dim=(2, 3))) + self.ramp


def test_constants_that_are_not_in_the_weights_are_filled_in(monkeypatch):
    monkeypatch.setattr(
        model_module, "architectures", SimpleNamespace(build=lambda _name, _config: WithBuffer())
    )
    loaded = load(toys.spec(), save(WithBuffer().state_dict()))
    assert loaded.network.ramp.tolist() == [0.0, 1.0]
    assert loaded.default_layer is None


def test_determinism_is_switched_on_and_back():
    torch.set_num_threads(2)
    before = torch.are_deterministic_algorithms_enabled()
    with deterministic(5):
        assert torch.are_deterministic_algorithms_enabled()
        assert torch.get_num_threads() == 1
    with pytest.raises(KeyError), deterministic(5):
        raise KeyError
    assert torch.get_num_threads() == 2
    assert torch.are_deterministic_algorithms_enabled() == before
    with deterministic(5):
        first = torch.rand(3)
    with deterministic(5):
        assert torch.equal(first, torch.rand(3))
