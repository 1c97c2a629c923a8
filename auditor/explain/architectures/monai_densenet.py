"""MONAI's DenseNets (Huang et al., 2017, Densely Connected Convolutional Networks)."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field
from torch import nn

from auditor.explain.architectures.architecture import Architecture, Options

_SIZES = ("121", "169", "201", "264")


class DenseNetOptions(Options):
    """What model.json may set; ``out_channels`` is the number of logits."""

    spatial_dims: Literal[2, 3]
    in_channels: Annotated[int, Field(ge=1, le=64)]
    out_channels: Annotated[int, Field(ge=1, le=1000)]
    init_features: Annotated[int, Field(ge=1, le=256)] = 64
    growth_rate: Annotated[int, Field(ge=1, le=128)] = 32
    bn_size: Annotated[int, Field(ge=1, le=16)] = 4
    dropout_prob: Annotated[float, Field(ge=0, lt=1)] = 0.0


def _maker(size: str) -> Callable[[DenseNetOptions], nn.Module]:
    def make(options: DenseNetOptions) -> nn.Module:
        from monai.networks import nets

        network: nn.Module = getattr(nets, f"DenseNet{size}")(pretrained=False, **options.model_dump())
        return network

    return make


ARCHITECTURES = tuple(
    Architecture(
        name=f"monai.DenseNet{size}",
        summary=f"2-D or 3-D, densely connected, {size} layers",
        options=DenseNetOptions,
        make=_maker(size),
        gradcam_layer="features",
    )
    for size in _SIZES
)
