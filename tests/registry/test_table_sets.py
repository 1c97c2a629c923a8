"""Sets of rows: CSV and Parquet mean the same, and what is wrong is refused with its row and column."""

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from auditor.common.errors import Refused
from auditor.common.store import Store
from auditor.explain.spec import Manifest
from auditor.registry.intake.accepted import AcceptedSet
from auditor.registry.intake.kinds.tables import Tables
from auditor.registry.intake.sets import accept_set
from tests.folders import write_table

HEADER = ["id", "age", "ward"]
ROWS = [["a", "61.5", "surgery"], ["b", "", "medicine"], ["c", "40", ""]]


def table_set(folder: Path, rows: list[list[str]] = ROWS, header: list[str] = HEADER) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "set.json").write_text(
        json.dumps({"schema": "retrace-set/1", "name": "rows", "kind": "table", "groups": ["sex"]})
    )
    write_table(
        folder / "labels.csv",
        ["id", "label", "sex"],
        [["a", "ill", "F"], ["b", "well", "M"], ["c", "ill", "F"]],
    )
    write_table(folder / "rows.csv", header, rows)
    return folder


def accepted(folder: Path, staging: Path) -> tuple[AcceptedSet, list[dict[str, str]]]:
    store = Store(staging)
    found = accept_set(folder, "rows.zip", b"salt", store)
    manifest = Manifest.parse(store.get(found.manifest_digest), name="manifest")
    assert manifest.kind == found.modality == "table"
    assert manifest.columns == ("age", "ward")
    return found, [json.loads(store.get(item.content)) for item in manifest.items]


def test_rows_are_kept_as_they_were_written(tmp_path):
    found, rows = accepted(table_set(tmp_path / "set"), tmp_path / "store")
    assert rows[0] == {"age": "61.5", "ward": "surgery"}
    assert rows[1] == {"age": "", "ward": "medicine"}
    assert found.items == 3
    assert found.masks == found.unlisted == 0
    assert found.groups == {"sex": {"F": 2, "M": 1}}


def test_parquet_gives_the_same_set_as_csv(tmp_path):
    first, _ = accepted(table_set(tmp_path / "csv"), tmp_path / "store")
    folder = table_set(tmp_path / "parquet")
    (folder / "rows.csv").unlink()
    columns = {"id": ["a", "b", "c"], "age": [61.5, None, 40], "ward": ["surgery", "medicine", None]}
    table = pyarrow.table(columns | {"age": pyarrow.array([61.5, float("nan"), None])})
    parquet.write_table(table, folder / "rows.parquet")
    _, rows = accepted(folder, tmp_path / "store2")
    assert rows[0] == {"age": "61.5", "ward": "surgery"}
    assert rows[1]["age"] == rows[2]["age"] == rows[2]["ward"] == ""
    assert first.items == 3


def test_the_types_of_parquet_are_written_as_csv_would(tmp_path):
    folder = table_set(tmp_path / "set")
    (folder / "rows.csv").unlink()
    values = {
        "whole": 7, "yes": True, "day": date(2026, 1, 2), "exact": Decimal("1.50"), "word": "ä, b",
    }  # fmt: skip
    table = pyarrow.table({"id": ["a"]} | {name: [value] for name, value in values.items()})
    parquet.write_table(table, folder / "rows.parquet")
    row = json.loads(Tables(folder, b"").content(_row("a")).content)
    assert row == {"whole": "7", "yes": "true", "day": "2026-01-02", "exact": "1.50", "word": "ä, b"}


def _row(name: str):
    from auditor.registry.intake.labels import Row

    return Row(2, name, "ill", {})


@pytest.mark.parametrize(
    ("rows", "header", "words"),
    [
        (
            ROWS[:2],
            HEADER,
            "labels.csv, row 4: there is no item for the id 'c'; expected: a row with this id in rows.csv",
        ),
        ([*ROWS, ROWS[0]], HEADER, "rows.csv, row 5: the id 'a' was used before"),
        ([["", "1", "x"]], HEADER, "rows.csv, row 2: the id is empty"),
        ([["a", "1"]], HEADER, "rows.csv, row 2: the number of fields differs"),
        ([["a", "1", "x" * 10_001]], HEADER, "row 2, column 'ward': the value is longer than 10000"),
        (ROWS, ["name", "age", "ward"], "rows.csv has no column 'id'; its columns are: name, age, ward"),
        (ROWS, ["id", "age", "age"], "rows.csv names a column twice"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, rows, header, words):
    with pytest.raises(Refused, match=words):
        accept_set(table_set(tmp_path / "set", rows, header), "rows.zip", b"", Store(tmp_path / "store"))


def test_a_set_without_rows_is_refused(tmp_path):
    folder = table_set(tmp_path / "set")
    (folder / "rows.csv").unlink()
    with pytest.raises(Refused, match=r"has no rows.csv and no rows.parquet"):
        Tables(folder, b"")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PAR1 and nothing else PAR1", "is not a Parquet file that can be read"),
        (None, "column 'many': values of the type list<"),
    ],
)
def test_parquet_that_cannot_be_read_is_refused(tmp_path, content, words):
    folder = table_set(tmp_path / "set")
    (folder / "rows.csv").unlink()
    if content is None:
        parquet.write_table(pyarrow.table({"id": ["a"], "many": [[1, 2]]}), folder / "rows.parquet")
    else:
        (folder / "rows.parquet").write_bytes(content)
    with pytest.raises(Refused, match=words):
        Tables(folder, b"")


@given(
    values=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n")), min_size=1, max_size=5
    )
)
@settings(max_examples=40)
def test_any_text_survives(tmp_path_factory, values):
    folder = tmp_path_factory.mktemp("set")
    with (folder / "rows.csv").open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(["id", "word"])
        table.writerows([f"r{index}", value] for index, value in enumerate(values))
    rows = Tables(folder, b"")
    for index, value in enumerate(values):
        assert json.loads(rows.content(_row(f"r{index}")).content) == {"word": value.strip()}
