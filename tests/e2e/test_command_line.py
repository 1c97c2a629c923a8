"""The whole job from the command line, through a real worker."""

import re

import pypdf
import pytest

from auditor.common.digest import sha256
from auditor.explain.plans import plan_of
from tests import folders
from tests.e2e.installation import evidence_in


def text(report) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pypdf.PdfReader(report).pages))


ISSUED = (
    "SELECT entry.position, entry.body FROM ledger_entry AS entry JOIN documents_report AS report "
    "ON report.entry_id = entry.position WHERE report.pdf_digest = %s AND entry.subject = report.document_digest"
)


def answers(output: str) -> dict[str, str]:
    return dict(line.split()[:2] for line in output.splitlines())


def test_the_report_is_signed_and_the_one_that_the_ledger_recorded(installation, undisturbed, tmp_path):
    ((position, body),) = installation.rows(ISSUED, sha256(undisturbed.read_bytes()))
    found = installation.manage("verify", undisturbed)
    assert found.returncode == 0, found.stderr
    assert answers(found.stdout) == dict.fromkeys(("intact", "trusted", "included", "current"), "yes")
    assert f"recorded report {body['report']} at position {position}" in found.stdout
    altered = tmp_path / "altered.pdf"
    content = bytearray(undisturbed.read_bytes())
    content[len(content) // 2] ^= 1
    altered.write_bytes(content)
    refused = installation.manage("verify", altered)
    assert refused.returncode == 1
    assert answers(refused.stdout)["intact"] == "no"
    assert "does not hold: look at intact" in refused.stderr
    absent = installation.manage("verify", tmp_path / "absent.pdf")
    assert (absent.returncode, "could not be read" in absent.stderr) == (1, True)


def test_the_report_is_made_again_byte_for_byte(installation, undisturbed):
    done = installation.manage("reproduce", undisturbed)
    assert done.returncode == 0, done.stderr
    assert "Reproduced: the same" in done.stdout


def test_evidence_inside_the_report_is_what_the_ledger_names(installation, undisturbed):
    ((_, body),) = installation.rows(ISSUED, sha256(undisturbed.read_bytes()))
    assert body["evidence"] == sha256(evidence_in(undisturbed))
    assert installation.rows(
        "SELECT 1 FROM ledger_entry WHERE kind = 'evidence' AND subject = %s AND body->>'run' = %s",
        body["evidence"],
        body["run"],
    )


def test_the_model_that_reads_the_lesion_is_not_accused_of_reading_elsewhere(undisturbed):
    found = text(undisturbed)
    assert "Decisions depend on image parts outside of the relevant region" not in found
    assert "A small patch of the image decides" not in found


def test_the_model_that_reads_the_marker_is_caught_by_a_plan_from_a_file(
    installation, undisturbed, films, tmp_path
):
    marker, plan = folders.model(tmp_path / "marker", "marker"), tmp_path / "plan.json"
    plan.write_bytes(plan_of("quick", "image").model_copy(update={"name": "By hand"}).to_bytes())
    done = installation.audit(marker, films, tmp_path / "marker.pdf", "--plan", plan)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("Reading the model")
    assert "2 of 2 parts explained" in done.stdout
    assert "\r" not in done.stdout
    found = text(tmp_path / "marker.pdf")
    assert "CRITICAL Decisions depend on image parts outside of the relevant region" in found
    assert "A small patch of the image decides: top right corner" in found
    assert "By hand, seed" in found


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--model", "nowhere"], "nowhere is not a folder"),
        (["--plan", "leisurely"], "There is no plan 'leisurely'; the plans are"),
        (["--language", "xx"], "There are no reports in 'xx'"),
        (["--out", "nowhere/report.pdf"], "The folder nowhere does not exist"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_a_status(
    installation, undisturbed, honest, films, tmp_path, arguments, sentence
):
    out = tmp_path / "report.pdf"
    before = installation.rows("SELECT count(*) FROM audits_run")
    done = installation.audit(honest, films, out, *arguments)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
    assert installation.rows("SELECT count(*) FROM audits_run") == before


def test_a_set_with_a_label_that_the_model_does_not_know_is_refused(
    installation, undisturbed, honest, tmp_path
):
    films = folders.validation_set(tmp_path / "films", 4)
    header, rows = folders.read_table(films / "labels.csv")
    rows[2][1] = "tumour"
    folders.write_table(films / "labels.csv", header, rows)
    done = installation.audit(honest, films, tmp_path / "report.pdf")
    assert done.returncode == 1
    assert "labels.csv, row 4: the label 'tumour' is none of the model's classes" in done.stderr
    assert not (tmp_path / "report.pdf").exists()


def test_a_pickle_in_the_model_folder_ends_the_job(installation, undisturbed, films, tmp_path):
    model = folders.model(tmp_path / "model", version="with a pickle")
    (model / "weights.safetensors").write_bytes(
        b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x07message\x94."
    )
    done = installation.audit(model, films, tmp_path / "report.pdf")
    assert done.returncode == 1
    assert "weights.safetensors" in done.stderr
    assert installation.rows("SELECT 1 FROM registry_modelversion WHERE version = 'with a pickle'") == []
