"""What every attribution method is: a card, typed parameters, and one function from a batch to maps."""

from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from pydantic import JsonValue, ValidationError
from torch import Tensor

from auditor.common.errors import Refused
from auditor.explain.document import Document
from auditor.explain.evidence import MethodCard
from auditor.explain.model import AuditedModel

Settings = TypeVar("Settings", bound=Document)


@dataclass(frozen=True)
class Attribution:
    """Maps (batch, height, width), float32 on the model's grid; the rest of completeness (batch,) or None."""

    maps: Tensor
    completeness: Tensor | None = None


class Method(Generic[Settings]):
    """A method with its parameters fixed; made once, asked for many batches."""

    card: ClassVar[MethodCard]
    settings_type: type[Settings]

    def __init__(self, parameters: dict[str, JsonValue]) -> None:
        """Raise Refused naming the parameter that is unknown or out of range."""
        try:
            self.settings: Settings = self.settings_type.model_validate(parameters)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(str(part) for part in first["loc"]) or "parameters"
            raise Refused(f"Method {self.card.name}, parameter {field}: {first['msg'].lower()}.") from None

    @property
    def parameters(self) -> dict[str, JsonValue]:
        """The parameters in force, defaults included."""
        values: dict[str, JsonValue] = self.settings.model_dump(mode="json")
        return values

    def attribute(self, model: AuditedModel, inputs: Tensor, targets: Tensor, batch: int) -> Attribution:
        """Attribute the target's logit to pixels.

        Parameters
        ----------
        inputs : float32 (items, channels, height, width), pixels in [0, 1]
        targets : int64 (items,), the class that each item is explained for
        batch : the most images that go through the model at once

        Raises
        ------
        Refused
            where a parameter does not fit the model or its input.
        """
        raise NotImplementedError
