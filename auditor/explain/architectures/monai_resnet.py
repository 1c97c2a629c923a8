"""MONAI's ResNets (He et al., 2016, Deep Residual Learning for Image Recognition)."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field
from torch import nn

from auditor.explain.architectures.architecture import Architecture, Options

_SIZES = ("10", "18", "34", "50", "101", "152")


class ResNetOptions(Options):
    """What model.json may set, under MONAI's own names; ``num_classes`` is the number of logits."""

    spatial_dims: Literal[2, 3]
    n_input_channels: Annotated[int, Field(ge=1, le=64)]
    num_classes: Annotated[int, Field(ge=1, le=1000)]
    conv1_t_size: Annotated[int, Field(ge=1, le=15)] = 7
    conv1_t_stride: Annotated[int, Field(ge=1, le=4)] = 1
    no_max_pool: bool = False
    shortcut_type: Literal["A", "B"] = "B"
    bias_downsample: bool = True


def _maker(size: str) -> Callable[[ResNetOptions], nn.Module]:
    def make(options: ResNetOptions) -> nn.Module:
        from monai.networks import nets

        network: nn.Module = getattr(nets, f"resnet{size}")(pretrained=False, **options.model_dump())
        return network

    return make


ARCHITECTURES = tuple(
    Architecture(
        name=f"monai.ResNet{size}",
        summary=f"2-D or 3-D, residual, {size} layers",
        options=ResNetOptions,
        make=_maker(size),
        gradcam_layer="layer4",
    )
    for size in _SIZES
)
