"""Decisions from CSV files: the same rules as for batches, with rows and columns named."""

import csv
import io
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from auditor.common.errors import Refused, RetraceError
from reports.decisions.models import Decision
from reports.decisions.queries import decision_numbered
from reports.decisions.recording.batch import BatchRefused
from reports.decisions.recording.columns import columns, decisions_of_rows
from reports.decisions.recording.ndjson import TooManyLines
from reports.decisions.recording.rows import Given, Mistake
from reports.decisions.sealed import opened_record
from tests.decisions import drafts

DIGEST = "a" * 64
ROW = {
    "reference": "case-1",
    "subject": "person-1",
    "model": DIGEST,
    "input.reference": "pacs://1",
    "scores.malignant": "0.75",
    "scores.benign": "0.25",
    "outcome": "refer",
    "threshold": "0.5",
    "policy_version": "2026-1",
    "decided_at": "2026-03-02T08:55:00Z",
    "recipients": "east|west",
    "human.involvement": "oversight",
    "human.operator": "dan",
    "legal_basis": "Art. 6(1)(e) GDPR",
    "retention.until": "2036-03-01",
    "retention.reason": "section 630f BGB",
    "environment.packages.torch": "2.13.0",
    "environment.seed": "7",
    "explanation.digest": DIGEST,
    "explanation.methods": "Grad-CAM|Occlusion",
}


def table(*rows: dict[str, str], delimiter: str = ",") -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def read(text: str, **limits) -> list[Given | Mistake]:
    return list(decisions_of_rows(io.StringIO(text, newline=""), **limits))


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_row_is_a_decision(delimiter):
    ((line, draft),) = read(table(ROW, delimiter=delimiter))
    assert line == 2
    assert draft.scores == {"malignant": 0.75, "benign": 0.25}
    assert draft.recipients == ("east", "west")
    assert (draft.human.involvement, draft.human.operator) == ("oversight", "dan")
    assert (draft.environment.packages, draft.environment.seed) == ({"torch": "2.13.0"}, 7)
    assert draft.explanation.methods == ("Grad-CAM", "Occlusion")
    assert str(draft.retention.until) == "2036-03-01"


def test_an_empty_cell_is_left_out():
    (row,) = read(
        table(ROW | {"threshold": "", "recipients": "", "explanation.digest": "", "explanation.methods": ""})
    )
    assert (row.draft.threshold, row.draft.recipients, row.draft.explanation) == (None, (), None)


def test_a_name_of_a_score_may_have_dots():
    (row,) = read(table(ROW | {"scores.grade 1.5": "0.1"}))
    assert row.draft.scores["grade 1.5"] == 0.1


def test_bad_rows_are_named_by_line_and_column():
    rows = read(
        table(
            ROW, ROW | {"threshold": "0,5", "human.involvement": "some"}, {**ROW, "legal_basis": "a\nb"}, ROW
        )
        + "too,short\r\n"
    )
    assert [(row.line, row.field) for row in rows if isinstance(row, Mistake)] == [
        (3, "threshold"),
        (3, "human.involvement"),
        (7, ""),
    ]
    assert [row.line for row in rows if isinstance(row, Given)] == [2, 5, 6]
    assert "2 cells" in rows[-1].sentence


def test_missing_fields_are_named_as_columns():
    fields = {row.field for row in read("reference\r\nx\r\n")}
    assert {"subject", "human.involvement", "retention.reason", "legal_basis"} <= fields


def test_a_quotation_mark_that_is_never_closed_ends_the_reading():
    given_, mistake = read(table(ROW) + '"open,\r\nnext')
    assert isinstance(given_, Given)
    assert "nor anything after it" in mistake.sentence


@pytest.mark.parametrize(
    "text", ["", "\r\n", "reference,surname\r\nx,y", "reference,reference\r\nx,y", "scores.\r\n1"]
)
def test_a_header_that_is_none_is_refused(text):
    with pytest.raises(Refused, match="header"):
        read(text)


def test_rows_beyond_the_limit_are_refused():
    with pytest.raises(TooManyLines):
        read(table(*[ROW] * 4), most=3)
    assert len(read(table(*[ROW] * 3) + "\r\n,,,\r\n"[:2], most=3)) == 3


def test_every_column_is_documented():
    text = (Path(settings.BASE_DIR) / "docs" / "recording.md").read_text("utf-8")
    for column in columns():
        assert f"`{column}`" in text


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


@given(st.lists(st.lists(cells, max_size=6), max_size=8), st.sampled_from(",;"))
def test_whatever_a_file_holds_every_row_is_accounted_for(rows, delimiter):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    header = delimiter.join(("reference", "subject", "outcome")) + "\r\n"
    found = read(header + out.getvalue())
    assert all(isinstance(row, Mistake) for row in found)
    assert len({row.line for row in found}) == sum(any(row) for row in rows)


@given(
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=50).filter(
        lambda text: text.strip()
    ),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_what_is_written_is_read(text, number):
    (row,) = read(table(ROW | {"reference": text, "legal_basis": text, "scores.malignant": repr(number)}))
    assert (row.draft.reference, row.draft.legal_basis) == (text, text)
    assert row.draft.scores["malignant"] == number


@given(st.text())
def test_no_text_breaks_the_reader(text):
    with suppress(Refused):
        assert all(row.sentence for row in read(text))


def imported(path: Path, *options: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("decisions", "import", str(path), "--system", "scoring", *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def file(tmp_path):
    drafts.system()
    row = ROW | {"model": drafts.version().digest}

    def written(*rows: dict[str, str]) -> Path:
        path = tmp_path / "decisions.csv"
        path.write_text("\ufeff" + table(*(row | changes for changes in rows)), "utf-8", newline="")
        return path

    return written


@pytest.mark.django_db
def test_a_file_is_imported_once_however_often(file):
    path = file({}, {"reference": "case-2"})
    assert imported(path) == ("Decisions recorded: 2; there before: 0; rows refused: 0.\n", "")
    assert imported(path)[0].startswith("Decisions recorded: 0; there before: 2;")
    first = opened_record(decision_numbered(Decision.objects.order_by("pk").first().pk))
    assert (first.reference, first.scores["malignant"]) == ("case-1", 0.75)


@pytest.mark.django_db
def test_a_file_with_a_bad_row_is_refused_or_the_rest_kept(file):
    path = file({}, {"reference": "case-2", "threshold": "low"}, {"reference": "case-3", "model": "f" * 64})
    with pytest.raises(BatchRefused, match="1 line cannot be recorded"):
        imported(path)
    assert not Decision.objects.exists()
    err = StringIO()
    with pytest.raises(RetraceError, match="import the file again"):
        call_command(
            "decisions", "import", str(path), "--system", "scoring", "--keep", stdout=StringIO(), stderr=err
        )
    assert "line 3, column threshold: " in err.getvalue()
    assert "line 4, column model: " in err.getvalue()
    assert Decision.objects.count() == 1


@pytest.mark.django_db
def test_a_large_file_is_kept_in_batches_or_refused_whole(file, monkeypatch):
    monkeypatch.setattr("reports.decisions.importing.MOST_LINES", 3)
    path = file(*({"reference": f"case-{n}"} for n in range(8)))
    with pytest.raises(TooManyLines):
        imported(path)
    assert not Decision.objects.exists()
    assert imported(path, "--keep")[0].startswith("Decisions recorded: 8;")


@pytest.mark.django_db
def test_a_file_that_is_none_is_refused(tmp_path):
    drafts.system()
    with pytest.raises(Refused, match="cannot be read: No such file"):
        imported(tmp_path / "missing.csv")
    (tmp_path / "latin.csv").write_bytes("reference\nä".encode("latin-1"))
    with pytest.raises(Refused, match="not text in UTF-8"):
        imported(tmp_path / "latin.csv")
