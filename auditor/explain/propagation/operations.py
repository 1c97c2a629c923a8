"""What each operation of a network is to a backward pass: affine, an activation, a sum, a product, a move."""

from collections.abc import Callable
from enum import Enum
from typing import Any


class Role(Enum):
    """The part that an operation plays; every role has one rule a method."""

    AFFINE = "weights and a bias"
    NORM = "batch normalisation"
    POOLING = "linear without weights"
    MAXIMUM = "a choice of one input"
    ACTIVATION = "one number to one number"
    SUM = "a sum of two"
    PRODUCT = "a product of two"
    MATRICES = "a product of two matrices"
    SHAPE = "numbers move, none changes"


_NAMES: dict[Role, str] = {
    Role.AFFINE: "conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d linear",
    Role.NORM: "batch_norm",
    Role.POOLING: "avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d "
    "mean sum interpolate",
    Role.MAXIMUM: "max_pool1d max_pool2d max_pool3d adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d amax",
    Role.ACTIVATION: "relu relu6 leaky_relu prelu elu selu celu gelu silu mish softplus hardtanh hardswish hardsigmoid "
    "sigmoid tanh logsigmoid log exp abs square sqrt clamp clamp_min clamp_max",
    Role.SUM: "add sub rsub",
    Role.PRODUCT: "mul div truediv neg",
    Role.MATRICES: "matmul bmm mm",
    Role.SHAPE: "cat concat concatenate stack reshape view flatten unflatten permute transpose squeeze unsqueeze "
    "contiguous clone getitem expand expand_as chunk split narrow select movedim float double to type_as dropout "
    "dropout1d dropout2d dropout3d alpha_dropout pad unbind t swapaxes",
}
_ROLES = {name: role for role, names in _NAMES.items() for name in names.split()}
GATES = frozenset({"sigmoid", "hardsigmoid", "softmax", "tanh"})


def name_of(operation: Callable[..., Any]) -> str:
    """Return the plain name of a torch function or tensor method: `Tensor.__iadd__` and `torch.add_` are "add"."""
    name = getattr(operation, "__name__", type(operation).__name__)
    if name.startswith("__"):
        name = name.strip("_")
        if name not in _ROLES and name[:1] in "ir" and name[1:] in _ROLES:
            return "rsub" if name == "rsub" else name[1:]
    return name.strip("_")


def role_of(name: str) -> Role | None:
    """Return the role of an operation by its plain name, or None where there is no rule for it."""
    return _ROLES.get(name)
