"""An export is verified by the script alone, and whatever was changed in it is found."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from auditor.common.errors import Refused
from reports.ledger.services import Draft, ledger_append_many, ledger_checkpoint, ledger_verifier

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_log.py"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def entries(settings):
    settings.LOG_NAME = "retrace.example/log"
    append(0, 11)


def append(start: int, end: int) -> None:
    ledger_append_many(
        [Draft("test", f"{n}", {"n": n, "ü\n€": ["😀", {"ﬁ": None, "😀": 1}]}) for n in range(start, end)]
    )


def exported(folder: Path) -> Path:
    call_command("ledger", "export", str(folder / "log.jsonl"))
    return folder / "log.jsonl"


def verified(export: Path, *more: object, key: str | None = None) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", SCRIPT, export, "--key", key or str(ledger_verifier()), *map(str, more)],
        cwd="/", env={}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_the_script_is_short_and_stands_alone():
    text = SCRIPT.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 100
    assert "auditor" not in text
    assert "from reports" not in text


@pytest.mark.parametrize("size", [11, 12, 16, 33])
def test_an_export_verifies(tmp_path, size):
    append(11, size)
    export = exported(tmp_path)
    assert verified(export) == (0, f"verified: {size} entries\n")
    assert [one.name for one in tmp_path.glob("*log*")] == ["log.jsonl"]


def lines_of(text: bytes, change) -> bytes:
    lines = text.splitlines(keepends=True)
    change(lines)
    return b"".join(lines)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda lines: lines.__setitem__(5, lines[5].replace(b'"n":4', b'"n":5')), "do not give the root"),
        (lambda lines: lines.__setitem__(11, lines[11].replace(b"test", b"tesT")), "do not give the root"),
        (lambda lines: lines.__setitem__(5, lines[5].replace(b",", b", ", 1)), "do not give the root"),
        (lambda lines: lines.pop(5), "line 6 is not entry 5"),
        (lambda lines: lines.pop(), "is of 11 entries, and the export has 10"),
        (
            lambda lines: lines.append(lines[1].replace(b'"position":1,', b'"position":12,')),
            "the export has 12",
        ),
        (lambda lines: lines.insert(3, lines[2]), "line 4 is not entry 3"),
        (lambda lines: lines.__setitem__(11, lines[11][:-20]), "breaks off in entry 11"),
        (lambda lines: lines.__setitem__(0, lines[0].replace(b"\\n11\\n", b"\\n10\\n")), "not over its text"),
        (lambda lines: lines.__setitem__(0, lines[0].replace(b"retrace.", b"another.", 1)), "not signed by"),
        (lambda lines: lines.__setitem__(0, b"[]\n"), "NOT verified"),
        (lambda lines: lines.clear(), "NOT verified"),
        (lambda lines: lines.__setitem__(4, b"\xff\n"), "NOT verified"),
    ],
)
def test_a_changed_export_does_not_verify(tmp_path, change, sentence):
    export = exported(tmp_path)
    before = export.read_bytes()
    export.write_bytes(lines_of(before, change))
    assert export.read_bytes() != before
    status, said = verified(export)
    assert status == 1
    assert sentence in said


def test_another_key_and_a_mistyped_one_do_not_verify(tmp_path, settings):
    export, ours = exported(tmp_path), str(ledger_verifier())
    settings.KEYS_DIR = tmp_path / "other"
    status, said = verified(export)
    assert status == 1
    assert "not signed by" in said
    for key in (ours[:-2] + "==", "key", ours.replace("+", "-")):
        assert verified(export, key=key)[0] == 1


def test_an_earlier_checkpoint_is_continued_or_named(tmp_path):
    earlier = tmp_path / "earlier"
    earlier.write_text(ledger_checkpoint())
    append(11, 20)
    export = exported(tmp_path)
    assert verified(export, "--since", earlier)[0] == 0
    later = tmp_path / "later"
    later.write_text(ledger_checkpoint())
    short = tmp_path / "short"
    short.mkdir()
    with_other = earlier.read_text().splitlines(keepends=True)
    with_other[2] = later.read_text().splitlines(keepends=True)[2]
    earlier.write_text("".join(with_other))
    assert "not over its text" in verified(export, "--since", earlier)[1]
    append(20, 21)
    assert verified(exported(short), "--since", later)[0] == 0
    later.write_text(ledger_checkpoint())
    assert "rolled back: the earlier checkpoint is of 21" in verified(export, "--since", later)[1]


def test_a_rewritten_log_does_not_continue_the_earlier_checkpoint(tmp_path):
    from tests.ledger.test_ledger import tamper

    earlier = tmp_path / "earlier"
    earlier.write_text(ledger_checkpoint())
    tamper("DELETE FROM ledger_entry", "DELETE FROM ledger_node")
    append(100, 120)
    export = exported(tmp_path)
    assert verified(export)[0] == 0
    assert "was rewritten" in verified(export, "--since", earlier)[1]


def test_a_file_that_cannot_be_written_is_told_and_nothing_is_left(tmp_path):
    with pytest.raises(Refused, match="could not be written"):
        call_command("ledger", "export", str(tmp_path / "none" / "log"))
    with pytest.raises(CommandError):
        call_command("ledger", "export")
