"""MONAI's EfficientNets (Tan and Le, 2019, EfficientNet); weights are never fetched."""

from typing import Annotated, Literal

from pydantic import Field
from torch import nn

from auditor.explain.architectures.architecture import Architecture, Options


class EfficientNetOptions(Options):
    """What model.json may set; ``model_name`` is the size and ``num_classes`` the number of logits."""

    model_name: Literal[
        "efficientnet-b0",
        "efficientnet-b1",
        "efficientnet-b2",
        "efficientnet-b3",
        "efficientnet-b4",
        "efficientnet-b5",
        "efficientnet-b6",
        "efficientnet-b7",
    ]
    spatial_dims: Literal[2, 3] = 2
    in_channels: Annotated[int, Field(ge=1, le=64)]
    num_classes: Annotated[int, Field(ge=1, le=1000)]


def _make(options: EfficientNetOptions) -> nn.Module:
    from monai.networks.nets.efficientnet import EfficientNetBN

    network: nn.Module = EfficientNetBN(pretrained=False, **options.model_dump())
    return network


ARCHITECTURES = (
    Architecture(
        name="monai.EfficientNetBN",
        summary="2-D or 3-D, EfficientNet b0 to b7",
        options=EfficientNetOptions,
        make=_make,
        gradcam_layer="_bn1",
    ),
)
