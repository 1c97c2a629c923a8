"""List what a model was trained on, as digests that intake can find again in a validation set."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from auditor.common.digest import sha256, sha256_file
from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.decode import decode_image
from auditor.explain.formats.frames import one_frame
from auditor.explain.formats.header import frame_count, is_dicom, read_header
from auditor.explain.formats.pixels import pixel_digest
from auditor.explain.formats.volume import encode_volume, read_nifti
from auditor.explain.graphs import parse_graph
from auditor.registry.intake.kinds.tables import Tables
from auditor.registry.intake.labels import Row


class Command(BaseCommand):
    help = (
        "Print a SHA-256 a line for everything in a folder that a model was trained on. Kept beside model.json and "
        "named by its field training, the list lets audits count the items of a set that were learnt from. DICOM "
        "images are named by their pixels, NIfTI volumes by what is stored of them, rows of rows.csv one by one, other "
        "files by their bytes. DICOM series are images here, so that volumes made of them are not found."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, **options: Any) -> None:
        folder = options["folder"]
        if not folder.is_dir():
            raise Refused(
                say("%(path)s is not a folder; name the one that holds the training items.", path=str(folder))
            )
        found = {digest for path in sorted(folder.rglob("*")) if path.is_file() for digest in _digests(path)}
        self.stdout.write("\n".join(sorted(found)))


def _digests(path: Path) -> Iterator[str]:
    name = path.name.casefold()
    if name in ("rows.csv", "rows.parquet"):
        table = Tables(path.parent, b"")
        yield from (sha256(table.content(Row(0, one, "", {})).content) for one in table.ids)
    elif name.endswith((".nii", ".nii.gz")):
        yield sha256(encode_volume(read_nifti(path.read_bytes(), path.name)))
    elif path.parent.name == "graphs" and name.endswith(".json"):
        yield sha256(parse_graph(path.read_bytes(), path.name).to_bytes())
    elif is_dicom(_head(path)):
        content = path.read_bytes()
        for frame in range(1, frame_count(read_header(content, path.name), path.name) + 1):
            yield pixel_digest(decode_image(one_frame(content, path.name, frame), path.name))
    else:
        yield sha256_file(path)


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(132)
