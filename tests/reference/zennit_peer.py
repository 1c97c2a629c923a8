"""Zennit, the peer of our LRP, where torchvision is absent: it needs some of its names only."""

import importlib
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

_NAMES = ("torchvision", "torchvision.models", "torchvision.models.vgg", "torchvision.models.resnet")


@contextmanager
def zennit_without_torchvision() -> Iterator[ModuleType]:
    """Yield zennit with its parts imported; raises ImportError where it is not installed."""
    before = {name: sys.modules.get(name) for name in _NAMES}
    for name in _NAMES:
        sys.modules[name] = types.ModuleType(name)
    sys.modules["torchvision.models.resnet"].BasicBlock = type("BasicBlock", (), {})
    sys.modules["torchvision.models.resnet"].Bottleneck = type("Bottleneck", (), {})
    sys.modules["torchvision.models"].vgg = sys.modules["torchvision.models.vgg"]
    sys.modules["torchvision.models"].resnet = sys.modules["torchvision.models.resnet"]
    try:
        for part in ("attribution", "canonizers", "composites", "layer", "rules", "types"):
            importlib.import_module(f"zennit.{part}")
        yield sys.modules["zennit"]
    finally:
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
