"""LRP against zennit, with the same composite and the same canonisation, and what it does without a rule."""

from importlib.util import find_spec

import pytest
import torch
from monai.networks.blocks.squeeze_and_excitation import ChannelSELayer
from monai.networks.nets import DenseNet121, ResNet
from monai.networks.nets.resnet import ResNetBlock, resnet18
from torch import Tensor, nn

from auditor.common.errors import Refused
from auditor.explain.methods.base import Question
from auditor.explain.methods.catalog import method
from auditor.explain.model import AuditedModel
from tests.explain import toys
from tests.reference.zennit_peer import zennit_without_torchvision

CLASSES = ("one", "two", "three")


@pytest.fixture(scope="module")
def zennit():
    if find_spec("zennit") is None:
        pytest.skip("zennit is not installed: the peer of our LRP")
    with zennit_without_torchvision() as peer:
        yield peer


def alive(network: nn.Module) -> nn.Module:
    """Batch normalisation that does something: statistics as after training.

    Its eps is next to nothing, because zennit keeps it in the identity that it leaves behind after merging.
    """
    generator = torch.Generator().manual_seed(1)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = 1e-14
            for tensor, low, high in (
                (module.running_mean, -0.3, 0.3),
                (module.running_var, 0.5, 1.5),
                (module.weight.data, 0.5, 1.5),
                (module.bias.data, -0.2, 0.2),
            ):
                tensor.copy_(low + (high - low) * torch.rand(tensor.shape, generator=generator))
    return network.eval()


def densenet() -> nn.Module:
    torch.manual_seed(0)
    return alive(DenseNet121(spatial_dims=2, in_channels=1, out_channels=3))


def resnet() -> nn.Module:
    torch.manual_seed(0)
    return alive(resnet18(spatial_dims=2, n_input_channels=1, num_classes=3, shortcut_type="B"))


def audited(network: nn.Module, size: int = 64) -> AuditedModel:
    return AuditedModel(
        network,
        toys.spec(size, output={"classes": CLASSES[: 3 if size == 64 else 2], "activation": "softmax"}),
    )


def merges(network: nn.Module) -> list[tuple[list[str], str]]:
    """Which batch normalisation follows right after which convolution when the network runs.

    Zennit's own guess goes by the order of modules, which in a DenseNet joins layers across a concatenation.
    """
    names = dict(network.named_modules())
    before = {"norm0": "conv0", "norm2": "conv1", "bn1": "conv1", "bn2": "conv2", "1": "0"}
    pairs = []
    for name, module in names.items():
        head, _, last = name.rpartition(".")
        partner = f"{head}.{before[last]}".lstrip(".") if last in before else ""
        if isinstance(module, nn.BatchNorm2d) and isinstance(names.get(partner), nn.Conv2d):
            pairs.append(([partner], name))
    return pairs


def residual_canonizer(zennit):
    class Residual(zennit.canonizers.AttributeCanonizer):
        def __init__(self) -> None:
            super().__init__(self.attributes)

        @classmethod
        def attributes(cls, _name: str, module: nn.Module) -> dict[str, object] | None:
            if not isinstance(module, ResNetBlock):
                return None
            return {"forward": cls.forward.__get__(module), "canonizer_sum": zennit.layer.Sum()}

        @staticmethod
        def forward(self: ResNetBlock, x: Tensor) -> Tensor:
            out = self.bn2(self.conv2(self.act(self.bn1(self.conv1(x)))))
            shortcut = x if self.downsample is None else self.downsample(x)
            return self.act(self.canonizer_sum(torch.stack([shortcut, out], dim=-1)))

    return Residual()


RULES = {
    "epsilon": lambda z, _m: z.rules.Epsilon(1e-6),
    "gamma": lambda z, _m: z.rules.Gamma(0.25),
    "z_plus": lambda z, _m: z.rules.ZPlus(),
    "alpha_beta": lambda z, _m: z.rules.AlphaBeta(2, 1),
    "flat": lambda z, _m: z.rules.Flat(),
    "box": lambda z, m: z.rules.ZBox(
        *(m.scorer.normalised(m.baseline(level, torch.zeros(1))) for level in (0.0, 1.0))
    ),
}
COMPOSITES = [
    ("box", "gamma", "epsilon"),
    ("flat", "z_plus", "epsilon"),
    ("epsilon", "alpha_beta", "gamma"),
    ("flat", "epsilon", "alpha_beta"),
]


@pytest.mark.parametrize("rules", COMPOSITES, ids="-".join)
@pytest.mark.parametrize("network", [densenet, resnet])
def test_whole_networks_agree_with_zennit(zennit, network, rules) -> None:
    built = network()
    model = audited(built)
    model.scorer.double()  # so that what differs is the formula and not the rounding of small denominators
    inputs = torch.rand(2, 1, 64, 64, generator=torch.Generator().manual_seed(2)).double()
    targets = torch.tensor([0, 2])
    first, convolution, dense = rules
    ours = method("lrp", {"first": first, "convolution": convolution, "dense": dense}).attribute(
        model, Question(inputs, targets, (0, 1)), 2
    )
    is_resnet = isinstance(built, ResNet)
    canonizers = [zennit.canonizers.NamedMergeBatchNorm(merges(built))]
    canonizers += [residual_canonizer(zennit)] if is_resnet else []
    composite = zennit.composites.SpecialFirstLayerMapComposite(
        layer_map=[
            *zennit.composites.layer_map_base(),
            (zennit.types.Convolution, RULES[convolution](zennit, model)),
            (nn.Linear, RULES[dense](zennit, model)),
        ],
        first_map=[(zennit.types.Linear, RULES[first](zennit, model))],
        canonizers=canonizers,
    )

    def start(output: Tensor) -> Tensor:
        chosen = torch.nn.functional.one_hot(targets, 3).to(output)
        return chosen * output

    with zennit.attribution.Gradient(model.network, composite) as attributor:
        _, relevance = attributor(model.scorer.normalised(inputs).detach(), start)
    theirs = relevance.sum(dim=1)
    assert (ours.maps - theirs).abs().max() <= 1e-5 * theirs.abs().max()


def test_conservation_holds_where_nothing_keeps_relevance_back() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(1, 4, 3, bias=False),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(900, 2, bias=False),
    )
    found = method("lrp", {"first": "z_plus", "convolution": "z_plus"}).attribute(
        AuditedModel(network, toys.spec(32)),
        Question(torch.rand(3, 1, 32, 32), torch.tensor([0, 1, 0]), (0, 1, 2)),
        2,
    )
    assert found.completeness is not None
    assert float(found.completeness.max()) < 1e-3


class Squeezed(nn.Module):
    """A gate on a convolution: relevance goes to the signal."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 4, 3, padding=1, bias=False)
        self.gate = ChannelSELayer(2, 4)
        self.head = nn.Linear(4, 2, bias=False)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.gate(torch.relu(self.first(images))).mean(dim=(2, 3)))


def test_a_gate_gives_all_to_the_signal() -> None:
    torch.manual_seed(0)
    found = method("lrp", {"first": "epsilon"}).attribute(
        AuditedModel(Squeezed(), toys.spec(32)),
        Question(torch.rand(2, 1, 32, 32), torch.tensor([0, 1]), (0, 1)),
        2,
    )
    assert found.completeness is not None
    assert float(found.completeness.max()) < 1e-2


class Grouped(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 4, 3)
        self.norm = nn.GroupNorm(2, 4)
        self.head = nn.Linear(4, 2)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.norm(self.first(images)).mean(dim=(2, 3)))


@pytest.mark.parametrize("name", ["lrp", "deep_lift"])
def test_an_operation_without_a_rule_is_named_with_what_would_work(name: str) -> None:
    model = AuditedModel(Grouped(), toys.spec(32))
    with pytest.raises(
        Refused, match=r"for the operation 'group_norm', which layer '(network\.)?norm' uses; Int"
    ):
        method(name).attribute(model, Question(torch.rand(1, 1, 32, 32), torch.tensor([0]), (0,)), 1)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.scorer.modules())
