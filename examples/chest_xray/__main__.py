"""Teach two small networks on real chest films, audit both and write the reports: `python -m examples.chest_xray`.

The second learns from the same films with the collections balanced; its audit is compared with the first one's.
"""

import argparse
import sys
from pathlib import Path

import torch

from examples.audit import OUT, audit
from examples.chest_xray.prepare import DATA, prepare
from examples.chest_xray.train import EPOCHS, SEED, card, train
from examples.model_folder import write_model


def main() -> None:
    """Read the command line, train, prepare the held-out films, audit, and say where the reports are."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="the folder with labels.csv and images/")
    parser.add_argument("--out", type=Path, default=OUT / "chest_xray")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--plan", default="standard")
    options = parser.parse_args()
    if not (options.data / "labels.csv").is_file():
        sys.exit(f"There are no films in {options.data}; name their folder with --data.")
    torch.set_num_threads(1)
    prepare(options.data, options.out / "validation")
    for name, balanced in (("as-collected", False), ("balanced", True)):
        folder = options.out / name
        network = train(options.data, epochs=options.epochs, seed=SEED, balanced=balanced)
        write_model(folder / "model", card(balanced=balanced), network)
        audit(folder / "model", options.out / "validation", folder / "report.pdf", options.plan)


if __name__ == "__main__":
    main()
