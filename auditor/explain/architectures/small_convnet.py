"""A plain convolutional network, small enough to train and to audit on a CPU in minutes."""

from typing import Annotated, Literal

from pydantic import Field
from torch import Tensor, nn

from auditor.explain.architectures.architecture import Architecture, Options

_LAYERS: dict[int, tuple[type[nn.Module], type[nn.Module], type[nn.Module]]] = {
    2: (nn.Conv2d, nn.BatchNorm2d, nn.MaxPool2d),
    3: (nn.Conv3d, nn.BatchNorm3d, nn.MaxPool3d),
}


class SmallConvNetOptions(Options):
    """The options of SmallConvNet; ``classes`` is the number of logits, 1 for a sigmoid output."""

    spatial_dims: Literal[2, 3] = 2
    in_channels: Annotated[int, Field(ge=1, le=64)] = 1
    classes: Annotated[int, Field(ge=1, le=1000)] = 2
    width: Annotated[int, Field(ge=1, le=256)] = 16
    depth: Annotated[int, Field(ge=1, le=6)] = 4


class ConvBlock(nn.Sequential):
    """Convolution 3x3 or 3x3x3, batch normalisation, ReLU and, except in the last block, max pooling by 2."""

    def __init__(self, inputs: int, outputs: int, *, pool: bool, spatial_dims: int) -> None:
        super().__init__()
        conv, norm, shrink = _LAYERS[spatial_dims]
        self.add_module("conv", conv(inputs, outputs, 3, padding=1, bias=False))
        self.add_module("norm", norm(outputs))
        self.add_module("relu", nn.ReLU(inplace=False))
        if pool:
            self.add_module("pool", shrink(2))


class SmallConvNet(nn.Module):
    """Blocks of doubling width, global average pooling and one linear layer.

    Layers are ``features.0`` to ``features.{depth - 1}``, ``pool``, ``flatten`` and ``head``. The last block
    keeps its resolution: with depth 4 a 128 x 128 image still has 16 x 16 positions when Grad-CAM reads it.
    """

    def __init__(
        self,
        *,
        spatial_dims: int = 2,
        in_channels: int = 1,
        classes: int = 2,
        width: int = 16,
        depth: int = 4,
    ) -> None:
        super().__init__()
        widths = [in_channels, *(width * 2**step for step in range(depth))]
        self.features = nn.Sequential(
            *(
                ConvBlock(widths[i], widths[i + 1], pool=i < depth - 1, spatial_dims=spatial_dims)
                for i in range(depth)
            )
        )
        self.pool = nn.AdaptiveAvgPool2d(1) if spatial_dims == 2 else nn.AdaptiveAvgPool3d(1)
        self.flatten = nn.Flatten()
        self.head = nn.Linear(widths[-1], classes)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return logits, (batch, classes), for inputs, (batch, channels, [depth,] height, width)."""
        maps = self.features(inputs)  # (batch, width * 2**(depth - 1), height / 2**(depth - 1), ...)
        logits: Tensor = self.head(self.flatten(self.pool(maps)))
        return logits


def _make(options: SmallConvNetOptions) -> nn.Module:
    return SmallConvNet(**options.model_dump())


ARCHITECTURES = (
    Architecture(
        name="retrace.SmallConvNet",
        summary="2-D or 3-D, a few convolution blocks and global average pooling",
        options=SmallConvNetOptions,
        make=_make,
        gradcam_layer="features",
    ),
)
