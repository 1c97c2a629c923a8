"""A small residual network for 2-D images (He et al., 2016, Deep Residual Learning for Image Recognition)."""

from typing import Annotated

from pydantic import Field
from torch import Tensor, nn

from auditor.explain.architectures.architecture import Architecture, Options


class SmallResNetOptions(Options):
    """The options of SmallResNet; ``classes`` is the number of logits, 1 for a sigmoid output."""

    in_channels: Annotated[int, Field(ge=1, le=64)] = 1
    classes: Annotated[int, Field(ge=1, le=1000)] = 2
    width: Annotated[int, Field(ge=1, le=256)] = 16
    stages: Annotated[int, Field(ge=1, le=5)] = 3
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut; every activation is a layer of its own, used once."""

    def __init__(self, inputs: int, outputs: int, *, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.relu1 = nn.ReLU(inplace=False)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = _shortcut(inputs, outputs, stride)
        self.relu2 = nn.ReLU(inplace=False)

    def forward(self, maps: Tensor) -> Tensor:
        """Return (batch, outputs, height / stride, width / stride) for (batch, inputs, height, width)."""
        inner = self.relu1(self.norm1(self.conv1(maps)))
        inner = self.norm2(self.conv2(inner))
        outer: Tensor = self.relu2(inner + self.shortcut(maps))
        return outer


class SmallResNet(nn.Module):
    """A strided stem, one residual block per stage of doubling width, global average pooling, a linear layer.

    Layers are ``stem``, ``features.0`` to ``features.{stages - 1}``, ``pool``, ``flatten``, ``dropout`` and
    ``head``.
    """

    def __init__(
        self,
        *,
        in_channels: int = 1,
        classes: int = 2,
        width: int = 16,
        stages: int = 3,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential()
        self.stem.add_module("conv", nn.Conv2d(in_channels, width, 3, stride=2, padding=1, bias=False))
        self.stem.add_module("norm", nn.BatchNorm2d(width))
        self.stem.add_module("relu", nn.ReLU(inplace=False))
        widths = [width, *(width * 2**step for step in range(stages))]
        self.features = nn.Sequential(
            *(ResidualBlock(widths[i], widths[i + 1], stride=2 if i else 1) for i in range(stages))
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(widths[-1], classes)

    def forward(self, images: Tensor) -> Tensor:
        """Return logits, (batch, classes), for images, (batch, channels, height, width)."""
        maps = self.features(self.stem(images))  # (batch, width * 2**(stages - 1), height / 2**stages, ...)
        logits: Tensor = self.head(self.dropout(self.flatten(self.pool(maps))))
        return logits


def _shortcut(inputs: int, outputs: int, stride: int) -> nn.Module:
    if inputs == outputs and stride == 1:
        return nn.Identity()
    shortcut = nn.Sequential()
    shortcut.add_module("conv", nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False))
    shortcut.add_module("norm", nn.BatchNorm2d(outputs))
    return shortcut


def _make(options: SmallResNetOptions) -> nn.Module:
    return SmallResNet(**options.model_dump())


ARCHITECTURES = (
    Architecture(
        name="retrace.SmallResNet",
        summary="2-D, one residual block per stage and global average pooling",
        options=SmallResNetOptions,
        make=_make,
        gradcam_layer="features",
    ),
)
