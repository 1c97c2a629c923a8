"""Model and set folders for tests, cut from the bundled phantoms."""

import csv
import json
import shutil
import zipfile
from pathlib import Path

PHANTOMS = Path(__file__).parents[1] / "examples" / "phantoms"


def model(target: Path, source: str = "honest", **changed: object) -> Path:
    """Copy a bundled model, with fields of its model.json changed."""
    shutil.copytree(PHANTOMS / "models" / source, target)
    edit_json(target / "model.json", **changed)
    return target


def validation_set(target: Path, count: int) -> Path:
    """Copy the first films of the bundled set with their masks."""
    for folder in ("images", "masks"):
        (target / folder).mkdir(parents=True)
    header, rows = read_table(PHANTOMS / "validation" / "labels.csv")
    write_table(target / "labels.csv", header, rows[:count])
    for row in rows[:count]:
        for folder in ("images", "masks"):
            shutil.copy(PHANTOMS / "validation" / folder / f"{row[0]}.png", target / folder)
    shutil.copy(PHANTOMS / "validation" / "set.json", target)
    edit_json(target / "set.json", name=f"{count} films")
    return target


def edit_json(path: Path, **changed: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))


def read_table(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(newline="") as stream:
        header, *rows = csv.reader(stream)
    return header, rows


def write_table(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


def zipped(folder: Path, target: Path) -> Path:
    """Zip a folder as a person would: the folder itself is inside."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder.parent).as_posix())
    return target
