"""The tensors of a PyTorch file: read as data where that is possible, opened as a program only where it is trusted."""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor, nn

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.architectures import build
from auditor.explain.sniff import Kind
from auditor.explain.weights import read_weights

PROGRAMS = (Kind.TORCHSCRIPT, Kind.EXPORTED)
CHECKPOINTS = (Kind.TORCH, Kind.OLD_TORCH, Kind.OLDEST_TORCH)
_NESTED = ("state_dict", "model_state_dict", "model_state", "model", "network", "net", "weights", "params")
_WRAPPERS = ("module.", "_orig_mod.")
_PREFIXES = (*_WRAPPERS, "model.", "network.", "net.")


def untrusted(name: str, kind: Kind) -> Refused:
    """Return the refusal of a file that only runs, and may do anything its maker wanted, once it is opened."""
    return Refused(
        say(
            "%(name)s is %(kind)s: opening it can run any code that is in it, with your rights on "
            "this machine; if you made it or trust who did, say so with --trust.",
            name=name,
            kind=kind.said,
        )
    )


def unopened(name: str, kind: Kind, error: Exception) -> Refused:
    """Return the refusal of a file that failed while it was opened, with the first line of what it said."""
    what = str(error).strip().split("\n", 1)[0][:200]
    return Refused(
        say("%(name)s is %(kind)s and could not be opened (%(what)s).", name=name, kind=kind.said, what=what)
    )


def read_tensors(path: Path, kind: Kind | None, *, trust: bool) -> dict[str, Tensor]:
    """Return the tensors of a checkpoint, a TorchScript or torch.export archive, or a safetensors file, by name.

    Without `trust` nothing of the file is run. Raises Refused naming the file where it needs trust, cannot be read,
    or holds no one set of tensors.
    """
    if kind is None:
        return read_weights(path, path.name)
    if kind in PROGRAMS and not trust:
        raise untrusted(path.name, kind)
    try:
        content = _opened(path, kind, trust=trust)
    except Refused:
        raise
    except (
        Exception
    ) as error:  # a file can fail in any way while it is opened, and a trusted one runs its own code
        raise unopened(path.name, kind, error) from error
    found = _state(content)
    if not found:
        known = (
            ", ".join(map(str, list(content)[:8])) if isinstance(content, Mapping) else type(content).__name__
        )
        raise Refused(
            say(
                "%(name)s holds no tensors by name (it holds %(known)s); save model.state_dict() with "
                "torch.save.",
                name=path.name,
                known=known[:200],
            )
        )
    return found


def _opened(path: Path, kind: Kind, *, trust: bool) -> Any:
    if kind is Kind.EXPORTED:
        return torch.export.load(path).state_dict
    if kind is Kind.TORCHSCRIPT:
        return torch.jit.load(path, map_location="cpu").state_dict()  # type: ignore[no-untyped-call]
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError) as error:
        if not isinstance(error, pickle.UnpicklingError) and "weights_only" not in str(error):
            raise
        if not trust:
            raise untrusted(path.name, kind) from None
    return torch.load(path, map_location="cpu", weights_only=False)


def _state(content: Any) -> dict[str, Tensor]:
    """Return the tensors of a state dict, of a module, or of the part of a checkpoint that holds them."""
    if isinstance(content, nn.Module):
        content = content.state_dict()
    if not isinstance(content, Mapping):
        return {}
    tensors = {key: value for key, value in content.items() if isinstance(value, Tensor)}
    if tensors and all(isinstance(key, str) for key in tensors) and len(tensors) == len(content):
        return tensors
    return next((found for key in _NESTED if (found := _state(content.get(key)))), {})


def write_tensors(tensors: dict[str, Tensor], path: Path, name: str) -> None:
    """Write tensors as safetensors, each with memory of its own; raises Refused for sparse or quantised ones."""
    try:
        save_file({key: value.detach().cpu().contiguous().clone() for key, value in tensors.items()}, path)
    except (ValueError, RuntimeError, SafetensorError) as error:
        what = str(error).strip().split("\n", 1)[0][:200]
        raise Refused(
            say("%(name)s holds tensors that safetensors cannot write (%(what)s).", name=name, what=what)
        ) from error


def without_prefix(tensors: dict[str, Tensor], wanted: nn.Module | None) -> dict[str, Tensor]:
    """Return tensors without the prefix that wrappers put before every name.

    With a network, the names that fit it best are returned, so that a prefix of its own stays; without one only
    what DataParallel and compile put there is taken away.
    """
    if wanted is None:
        return _stripped(tensors, _WRAPPERS)[-1]
    keys = set(wanted.state_dict())
    return max(_stripped(tensors, _PREFIXES), key=lambda found: len(keys & set(found)))


def _stripped(tensors: dict[str, Tensor], prefixes: tuple[str, ...]) -> list[dict[str, Tensor]]:
    found = [tensors]
    while common := next((p for p in prefixes if all(key.startswith(p) for key in found[-1])), None):
        found.append({key.removeprefix(common): value for key, value in found[-1].items()})
    return found


def on_meta(architecture: str, config: dict[str, Any]) -> nn.Module:
    """Return a network of the allow-list without memory for its weights."""
    with torch.device("meta"):
        return build(architecture, config)
