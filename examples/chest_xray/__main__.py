"""Teach a small network on real chest films, audit it and write the report: `python -m examples.chest_xray`."""

import argparse
import sys
from pathlib import Path

import torch

from examples.audit import OUT, audit
from examples.chest_xray.prepare import DATA, prepare
from examples.chest_xray.train import card, train
from examples.model_folder import write_model


def main() -> None:
    """Read the command line, train, prepare the test split, audit, and say where the report is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder with labels.csv and images/")
    parser.add_argument("--out", type=Path, default=OUT / "chest_xray")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--plan", default="standard")
    options = parser.parse_args()
    if not (options.data / "labels.csv").is_file():
        sys.exit(f"There are no films in {options.data}; name their folder with --data.")
    torch.set_num_threads(1)
    write_model(options.out / "model", card(), train(options.data, epochs=options.epochs, seed=7))
    prepare(options.data, options.out / "validation")
    audit(options.out / "model", options.out / "validation", options.out / "report.pdf", options.plan)


if __name__ == "__main__":
    main()
