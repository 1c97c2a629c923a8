"""A plain convolutional network, small enough to train and to audit on a CPU in minutes."""

from typing import Annotated

from pydantic import Field
from torch import Tensor, nn

from auditor.explain.architectures.architecture import Architecture, Options


class SmallConvNetOptions(Options):
    """The options of SmallConvNet; ``classes`` is the number of logits, 1 for a sigmoid output."""

    in_channels: Annotated[int, Field(ge=1, le=64)] = 1
    classes: Annotated[int, Field(ge=1, le=1000)] = 2
    width: Annotated[int, Field(ge=1, le=256)] = 16
    depth: Annotated[int, Field(ge=1, le=6)] = 4


class ConvBlock(nn.Sequential):
    """Convolution 3x3, batch normalisation, ReLU and, except in the last block, max pooling by 2."""

    def __init__(self, inputs: int, outputs: int, *, pool: bool) -> None:
        super().__init__()
        self.add_module("conv", nn.Conv2d(inputs, outputs, 3, padding=1, bias=False))
        self.add_module("norm", nn.BatchNorm2d(outputs))
        self.add_module("relu", nn.ReLU(inplace=False))
        if pool:
            self.add_module("pool", nn.MaxPool2d(2))


class SmallConvNet(nn.Module):
    """Blocks of doubling width, global average pooling and one linear layer.

    Layers are ``features.0`` to ``features.{depth - 1}``, ``pool``, ``flatten`` and ``head``. The last block
    keeps its resolution: with depth 4 a 128 x 128 image still has 16 x 16 positions when Grad-CAM reads it.
    """

    def __init__(self, *, in_channels: int = 1, classes: int = 2, width: int = 16, depth: int = 4) -> None:
        super().__init__()
        widths = [in_channels, *(width * 2**step for step in range(depth))]
        self.features = nn.Sequential(
            *(ConvBlock(widths[i], widths[i + 1], pool=i < depth - 1) for i in range(depth))
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.head = nn.Linear(widths[-1], classes)

    def forward(self, images: Tensor) -> Tensor:
        """Return logits, (batch, classes), for images, (batch, channels, height, width)."""
        maps = self.features(images)  # (batch, width * 2**(depth - 1), height / 2**(depth - 1), ...)
        logits: Tensor = self.head(self.flatten(self.pool(maps)))
        return logits


def _make(options: SmallConvNetOptions) -> nn.Module:
    return SmallConvNet(**options.model_dump())


ARCHITECTURES = (
    Architecture(
        name="retrace.SmallConvNet",
        summary="2-D, a few convolution blocks and global average pooling",
        options=SmallConvNetOptions,
        make=_make,
        gradcam_layer="features",
    ),
)
