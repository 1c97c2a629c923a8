"""Convert a model of another format, on the machine of its owner, into a folder that is accepted."""

import json
import shutil
import tempfile
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.conversion import Converted, Wishes
from auditor.registry.intake.sandbox import converted


class Command(BaseCommand):
    help = (
        "Convert a PyTorch checkpoint, a TorchScript or torch.export archive, or a pickled scikit-learn model into a "
        "folder with weights that are data and a model.json."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new or empty folder")
        parser.add_argument(
            "--trust",
            action="store_true",
            help="open the file even where that can run code that is in it, with your rights; only for files whose "
            "origin you know",
        )
        parser.add_argument("--name", help="the model's name; the file's, where left out")
        parser.add_argument("--model-version", default="1")
        parser.add_argument("--architecture", default="", help="see python -m auditor.explain.architectures")
        parser.add_argument(
            "--config", type=_config, default={}, metavar="JSON", help="the architecture's options"
        )
        parser.add_argument(
            "--classes", type=_list, default=(), metavar="A,B", help="in the order of the scores"
        )
        parser.add_argument(
            "--shape", type=_sides, default=(), metavar="1x224x224", help="channels x height x width"
        )
        parser.add_argument("--mean", type=_numbers, default=(), metavar="0.5", help="one number a channel")
        parser.add_argument("--std", type=_numbers, default=(), metavar="0.25", help="one number a channel")
        parser.add_argument("--activation", choices=("softmax", "sigmoid", "none"))

    def handle(self, **options: Any) -> None:
        source, out = options["file"], options["out"]
        if not source.is_file():
            raise Refused(say("%(path)s is not a file; name the file to convert.", path=str(source)))
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise Refused(
                say(
                    "%(path)s exists and is not an empty folder; nothing is overwritten, so name another.",
                    path=str(out),
                )
            )
        wished = {
            key: value for key, value in options.items() if key in Wishes.model_fields and value is not None
        }
        wished |= {"name": options["name"] or source.stem, "version": options["model_version"]}
        if options["trust"]:
            self.stderr.write(
                f"{source.name} is opened as trusted: code in it runs with your rights, in a process of its own."
            )
        with tempfile.TemporaryDirectory(prefix="retrace-convert-") as scratch:
            found = converted(source.resolve(), Wishes.model_validate(wished), Path(scratch))
            out.mkdir(parents=True, exist_ok=True)
            for name in found.files:
                shutil.copyfile(Path(scratch) / name, out / name)
        self._say(found, out)

    def _say(self, found: Converted, out: Path) -> None:
        self.stdout.write(f"{out} holds {' and '.join(found.files)}.")
        if found.note:
            self.stdout.write(found.note)
        if found.fill_in:
            self.stdout.write("Fill in these fields of model.json; until then the folder is refused:")
            self.stdout.write("\n".join(f"  {field}" for field in found.fill_in))


def _config(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ArgumentTypeError(f"it is not JSON ({error})") from None
    if not isinstance(value, dict):
        raise ArgumentTypeError('it is no JSON object, such as {"width": 8}')
    return value


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


def _sides(text: str) -> tuple[int, ...]:
    sides = tuple(int(side) for side in text.split("x") if side.isdecimal())
    if len(sides) not in (3, 4):
        raise ArgumentTypeError(f"{text!r} is not channels x height x width, such as 1x224x224")
    return sides


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(number) for number in text.split(","))
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a number, or several with commas between") from None
