"""Dense layers for the rows of a table."""

from itertools import pairwise
from typing import Annotated

from pydantic import Field
from torch import nn

from auditor.explain.architectures.architecture import Architecture, Options


class SmallMLPOptions(Options):
    """The options of SmallMLP; ``classes`` is the number of logits, 1 for a sigmoid output."""

    numbers: Annotated[int, Field(ge=1, le=100_000)]
    classes: Annotated[int, Field(ge=1, le=1000)] = 2
    hidden: Annotated[list[Annotated[int, Field(ge=1, le=8192)]], Field(max_length=16)] = [32, 16]


class SmallMLP(nn.Sequential):
    """Dense layers with ReLU between them, ``dense0`` to ``dense{n}``: rows (batch, numbers) to (batch, classes)."""

    def __init__(self, *, numbers: int, classes: int = 2, hidden: list[int] | None = None) -> None:
        super().__init__()
        widths = [
            numbers,
            *(SmallMLPOptions.model_fields["hidden"].default if hidden is None else hidden),
            classes,
        ]
        for index, (inputs, outputs) in enumerate(pairwise(widths)):
            self.add_module(f"dense{index}", nn.Linear(inputs, outputs))
            if index < len(widths) - 2:
                self.add_module(f"relu{index}", nn.ReLU())


def _make(options: SmallMLPOptions) -> nn.Module:
    return SmallMLP(**options.model_dump())


ARCHITECTURES = (
    Architecture(
        name="retrace.SmallMLP",
        summary="tables, a few dense layers",
        options=SmallMLPOptions,
        make=_make,
    ),
)
