"""Rows of tables: what is read is what was written, and whatever is wrong is named with its row and column."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.common.errors import Refused
from auditor.explain.fitting import check_columns
from auditor.explain.rows import MISSING, encoded
from auditor.explain.spec import CategoryColumn, NumberColumn, TableInput

TABLE = TableInput(
    kind="table",
    columns=(
        NumberColumn(name="age", mean=50.0, std=10.0, missing="refused"),
        CategoryColumn(
            kind="category", name="ward", values=("surgery", "medicine", "NA"), reference="medicine"
        ),
        NumberColumn(name="crp", mean=8.0, std=4.0, reference=2.0),
        NumberColumn(name="lactate", missing="nan"),
        CategoryColumn(kind="category", name="sex", values=("f", "m"), encoding="code", reference="m"),
    ),
)
ROW = {"age": "61.5", "ward": "surgery", "crp": "14", "lactate": "1e-1", "sex": "f"}
FINITE = st.floats(allow_nan=False, allow_infinity=False, width=32)


@given(age=FINITE, crp=FINITE, ward=st.sampled_from(TABLE.columns[1].values), sex=st.sampled_from(("f", "m")))
def test_what_is_written_is_what_is_read(age, crp, ward, sex):
    row = ROW | {"age": repr(age), "crp": f" {crp!r} ", "ward": ward, "sex": sex, "unknown to the model": "x"}
    found = encoded(row, TABLE, "rows.csv, row 2").tolist()
    assert (found[0], found[4]) == (age, crp)
    assert found[1:4] == [float(ward == one) for one in TABLE.columns[1].values]
    assert found[6] == float(sex == "m")
    assert len(found) == len(TABLE.owners) == TABLE.shape[0]


@pytest.mark.parametrize("missing", sorted(MISSING))
def test_missing_values_follow_their_column(missing):
    row = ROW | {"crp": missing, "lactate": missing, "sex": missing}
    found = encoded(row, TABLE, "row 2").tolist()
    assert found[4] == 2.0
    assert math.isnan(found[5])
    assert found[6] == 1.0
    with pytest.raises(Refused, match="row 2, column 'age': the value is missing, and the model needs it"):
        encoded(ROW | {"age": missing}, TABLE, "row 2")
    ward = encoded(ROW | {"ward": missing}, TABLE, "row 2").tolist()[1:4]
    assert ward == ([0, 0, 1] if missing == "NA" else [0, 1, 0])  # a category may be called NA


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"crp": "1,5"}, "row 7, column 'crp': '1,5' is no number; write decimals with a point"),
        ({"crp": "high"}, "row 7, column 'crp': 'high' is no number"),
        ({"crp": "inf"}, "row 7, column 'crp': 'inf' is not a finite number"),
        (
            {"ward": "Surgery"},
            "row 7, column 'ward': 'Surgery' is none of its categories; the nearest is 'surgery'",
        ),
        ({"sex": "?"}, "row 7, column 'sex': '\\?' is none of its categories; they are f, m"),
    ],
)
def test_what_is_wrong_is_named(changed, words):
    with pytest.raises(Refused, match=words):
        encoded(ROW | changed, TABLE, "row 7")


def test_columns_that_differ_from_the_schema_are_named():
    with pytest.raises(
        Refused,
        match=r"rows.csv lacks the column 'lactate' that model.json names \(is 'lactat' meant for 'lactate'\?\)",
    ):
        check_columns(["age", "ward", "crp", "lactat", "sex"], TABLE, "rows.csv")
    with pytest.raises(Refused, match="lacks the columns 'age', 'ward', 'crp', 'lactate', 'sex' that"):
        check_columns(["a"], TABLE, "rows.csv")
    check_columns([*ROW, "more"], TABLE, "rows.csv")
