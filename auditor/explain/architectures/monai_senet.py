"""MONAI's SENets (Hu et al., 2018, Squeeze-and-Excitation Networks); weights are never fetched."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field
from torch import nn

from auditor.explain.architectures.architecture import Architecture, Options

_VARIANTS = ("SENet154", "SEResNet50", "SEResNet101", "SEResNet152", "SEResNext50", "SEResNext101")


class SENetOptions(Options):
    """What model.json may set; ``num_classes`` is the number of logits."""

    spatial_dims: Literal[2, 3]
    in_channels: Annotated[int, Field(ge=1, le=64)]
    num_classes: Annotated[int, Field(ge=1, le=1000)]


def _maker(variant: str) -> Callable[[SENetOptions], nn.Module]:
    def make(options: SENetOptions) -> nn.Module:
        from monai.networks import nets

        network: nn.Module = getattr(nets, variant)(pretrained=False, **options.model_dump())
        return network

    return make


ARCHITECTURES = tuple(
    Architecture(
        name=f"monai.{variant}",
        summary="2-D or 3-D, residual with squeeze and excitation",
        options=SENetOptions,
        make=_maker(variant),
        gradcam_layer="layer4",
    )
    for variant in _VARIANTS
)
