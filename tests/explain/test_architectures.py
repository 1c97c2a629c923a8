"""The allow-list of architectures: everything on it builds, and nothing else does."""

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint

import pytest
import torch
from torch import nn

from auditor.common.errors import Refused, RetraceError
from auditor.explain import architectures
from auditor.explain.architectures import catalog
from auditor.explain.architectures.architecture import Architecture, Options

SMALLEST = {
    "retrace.SmallConvNet": {"classes": 3, "width": 2},
    "retrace.SmallResNet": {"classes": 3, "width": 2},
    "monai.DenseNet121": {
        "spatial_dims": 2,
        "in_channels": 1,
        "out_channels": 3,
        "init_features": 8,
        "growth_rate": 4,
    },
    "monai.ResNet18": {"spatial_dims": 2, "n_input_channels": 1, "num_classes": 3, "shortcut_type": "A"},
    "monai.SEResNet50": {"spatial_dims": 2, "in_channels": 1, "num_classes": 3},
    "monai.EfficientNetBN": {"model_name": "efficientnet-b0", "in_channels": 1, "num_classes": 3},
}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def config(name: str, dims: int) -> dict:
    """The least that each family needs, for three classes."""
    if name.startswith("retrace."):
        return {"classes": 3}
    common = {"spatial_dims": dims}
    if "DenseNet" in name:
        return {**common, "in_channels": 1, "out_channels": 3}
    if name.startswith("monai.ResNet"):
        return {**common, "n_input_channels": 1, "num_classes": 3}
    if "EfficientNet" in name:
        common["model_name"] = "efficientnet-b0"
    return {**common, "in_channels": 1, "num_classes": 3}


def every_network() -> list[tuple[str, int]]:
    """Every network of images in 2-D, and in 3-D one of each family that has it."""
    flat = [(name, 2) for name in catalog.names() if name not in ("retrace.SmallMLP", "retrace.SmallGNN")]
    return [*flat, *((name, 3) for name in SMALLEST if name.startswith("monai."))]


@pytest.mark.parametrize(("name", "dims"), every_network())
def test_builds_without_memory_and_answers_with_one_logit_a_class(name: str, dims: int) -> None:
    with torch.device("meta"):
        network = architectures.build(name, config(name, dims)).eval()
        logits = network(torch.zeros(1, 1, *[64] * dims))
    assert logits.shape == (1, 3)
    assert all(parameter.is_meta for parameter in network.parameters())
    assert architectures.find(name).gradcam_layer in dict(network.named_modules())
    assert not any(getattr(module, "inplace", False) for module in network.modules())


@pytest.mark.parametrize("name", SMALLEST)
def test_weights_assigned_to_a_meta_network_give_the_same_answer(name: str) -> None:
    torch.manual_seed(0)
    original = architectures.build(name, SMALLEST[name]).eval()
    with torch.device("meta"):
        copy = architectures.build(name, SMALLEST[name]).eval()
    copy.load_state_dict(original.state_dict(), strict=True, assign=True)
    image = torch.randn(1, 1, 32, 32)
    with torch.no_grad():
        assert torch.equal(copy(image), original(image))


def test_our_own_layers_keep_their_names() -> None:
    keys = architectures.build("retrace.SmallConvNet", {}).state_dict().keys()
    assert {"features.0.conv.weight", "features.3.norm.running_mean", "head.bias"} <= keys
    keys = architectures.build("retrace.SmallResNet", {}).state_dict().keys()
    assert {"stem.conv.weight", "features.2.shortcut.conv.weight", "head.weight"} <= keys


def test_the_small_network_reads_volumes_with_the_same_names_of_layers() -> None:
    flat, solid = (
        architectures.build("retrace.SmallConvNet", {"width": 2, "spatial_dims": dims}) for dims in (2, 3)
    )
    assert flat.state_dict().keys() == solid.state_dict().keys()
    assert solid.eval()(torch.zeros(2, 1, 8, 12, 16)).shape == (2, 2)


@pytest.mark.parametrize("name", ["retrace.SmallConvNet", "retrace.SmallResNet"])
def test_our_own_networks_use_each_activation_once(name: str) -> None:
    calls: list[nn.Module] = []
    network = architectures.build(name, {"width": 2}).eval()
    for module in network.modules():
        if isinstance(module, nn.ReLU):
            module.register_forward_hook(lambda module, *_: calls.append(module))
    network(torch.zeros(1, 1, 32, 32))
    assert len(calls) == len(set(calls)) > 2


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        (
            "retrace.SmalConvNet",
            {},
            ["'retrace.SmalConvNet'", "nearest is 'retrace.SmallConvNet'", "prints the list"],
        ),
        ("os.system", {}, ["'os.system'", "prints the list"]),
        ("retrace.SmallConvNet", {"depht": 3}, ["config.depht", "no such option", "width, depth"]),
        ("retrace.SmallConvNet", {"width": "16"}, ["config.width", "integer"]),
        ("retrace.SmallConvNet", {"width": True}, ["config.width", "integer"]),
        ("retrace.SmallConvNet", {"width": 10**9}, ["config.width", "256"]),
        ("retrace.SmallResNet", {"dropout": float("nan")}, ["config.dropout"]),
        ("monai.ResNet18", {}, ["config.spatial_dims", "needs"]),
        (
            "monai.DenseNet121",
            {"spatial_dims": 1, "in_channels": 1, "out_channels": 2},
            ["config.spatial_dims", "2 or 3"],
        ),
    ],
)
def test_refuses_in_one_sentence(name: str, options: dict, words: list[str]) -> None:
    with pytest.raises(Refused) as refusal:
        architectures.build(name, options)
    assert all(word in refusal.value.sentence for word in words), refusal.value.sentence


@pytest.mark.parametrize("name", [name for name in SMALLEST if name.startswith("monai.")])
@pytest.mark.parametrize("key", ["pretrained", "progress", "act", "norm"])
def test_monai_options_that_fetch_or_name_code_are_not_on_the_list(name: str, key: str) -> None:
    with pytest.raises(Refused, match=f"config.{key}: .* has no such option"):
        architectures.build(name, {**SMALLEST[name], key: True})


class OneLayerOptions(Options):
    classes: int


ONE_LAYER = Architecture(
    name="acme.OneLayer",
    summary="one convolution",
    options=OneLayerOptions,
    make=lambda options: nn.Sequential(
        nn.Conv2d(1, options.classes, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    ),
)
NOT_AN_ARCHITECTURE = nn.Linear


def installed(monkeypatch: pytest.MonkeyPatch, **points: str) -> None:
    """Make this module's attributes look like the entry points of an installed package."""
    found = [
        EntryPoint(f"acme.{name}", f"{__name__}:{value}", catalog.GROUP) for name, value in points.items()
    ]
    monkeypatch.setitem(sys.modules, __name__, sys.modules[OneLayerOptions.__module__])
    monkeypatch.setattr(catalog, "entry_points", lambda group: found if group == catalog.GROUP else [])


def test_an_installed_package_adds_an_architecture(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, OneLayer="ONE_LAYER")
    assert architectures.names()[-1] == "acme.OneLayer"
    assert architectures.build("acme.OneLayer", {"classes": 4})(torch.zeros(1, 1, 8, 8)).shape == (1, 4)
    with pytest.raises(Refused, match=r"config.classes"):
        architectures.build("acme.OneLayer", {"classes": "4"})


@pytest.mark.parametrize("value", ["NOT_AN_ARCHITECTURE", "absent", "ONE_LAYER"])
def test_a_broken_package_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    installed(monkeypatch, Broken=value)
    with pytest.raises(RetraceError, match=r"installed package .*acme\.Broken.*administrator"):
        architectures.build("acme.Broken", {})


def test_the_list_can_be_read() -> None:
    command = [sys.executable, "-m", "auditor.explain.architectures"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "retrace.SmallConvNet" in printed
    assert "config: spatial_dims, in_channels, classes, width, depth" in printed
