"""What the tests of explanations cost, beside the attributions that they test: the same run, one thread."""

import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from auditor.common.store import Store
from auditor.explain.items import ValidationSet
from auditor.explain.model import load
from auditor.explain.plan import Plan
from auditor.explain.plans import plan_of
from auditor.explain.runner import explain_shard, shards
from auditor.explain.spec import Manifest, ModelSpec
from auditor.registry.intake.sets import accept_set
from examples.breast_cancer.__main__ import card, train, write_rows
from examples.breast_cancer.data import split
from examples.model_folder import write_model

PHANTOMS = Path(__file__).parents[1] / "examples" / "phantoms"
NAMES = ("quick", "standard")


class Clock:
    """The processor's seconds by part of a run."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def watch(self, what: str) -> Iterator[None]:
        """Count the processor's time within the block."""
        began = time.process_time()
        try:
            yield
        finally:
            self.seconds[what] += time.process_time() - began


def measured(model: Path, data: Path, name: str) -> tuple[Plan, dict[str, float]]:
    """Return a plan of the product, and the seconds of each part of a run by it."""
    spec = ModelSpec.parse((model / "model.json").read_bytes(), name="model.json")
    audited, plan, clock = load(spec, model / spec.weights), plan_of(name, spec.input.kind), Clock()
    with TemporaryDirectory() as folder:
        store = Store(Path(folder))
        accepted = accept_set(data, "set.zip", b"", store)
        manifest = Manifest.parse(store.get(accepted.manifest_digest), name="manifest")
        items = ValidationSet(manifest, store, spec)
        for shard in range(len(shards(plan, len(items)))):
            explain_shard(audited, items, plan, shard, store.put, clock.watch)
    return plan, clock.seconds


def rows() -> Iterator[tuple[str, Path, Path]]:
    """Yield models and sets under their names."""
    yield "phantoms", PHANTOMS / "models" / "honest", PHANTOMS / "validation"
    with TemporaryDirectory() as name:
        learn, check = split()
        folder = Path(name)
        write_model(folder / "model", card(learn), train(learn, epochs=20))
        write_rows(folder / "validation", check)
        yield "breast cancer", folder / "model", folder / "validation"


def main() -> None:
    """Print the cost of every part and the ratio of tests to attributions."""
    torch.set_num_threads(1)
    for title, model, data in rows():
        for name in sys.argv[1:] or NAMES:
            plan, seconds = measured(model, data, name)
            attributions = sum(seconds[method.name] for method in plan.methods)
            tests = sum(spent for what, spent in seconds.items() if what.startswith("trust"))
            print(f"\n{title}, plan {name}: tests cost {tests / attributions:.2f} times the attributions")
            for what, spent in seconds.items():
                print(f"  {what:38s} {spent / attributions:6.2f}")


if __name__ == "__main__":
    main()
