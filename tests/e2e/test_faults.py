"""What breaks in the middle of a run costs time and nothing else."""

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from auditor.common.digest import sha256
from tests.e2e.installation import PATIENCE, Installation, evidence_in, kill, until


def begun(installation: Installation, run: str) -> bool:
    return "running" in installation.shards(run)


def assert_same_evidence(installation: Installation, run: str, report: Path) -> None:
    until(lambda: installation.reported(run), "the report")
    assert installation.evidence(run) == sha256(evidence_in(report))
    assert set(installation.shards(run)) == {"done"}
    assert len(installation.rows("SELECT 1 FROM documents_report WHERE run_id = %s", run)) == 1


def test_a_worker_that_is_killed_in_the_middle_of_a_run_changes_nothing(installation, undisturbed):
    with installation.scheduler():
        with installation.worker() as worker:
            run = installation.start_run()
            until(lambda: begun(installation, run), "a shard")
            kill(worker)
        assert "running" in installation.shards(run)
        with installation.worker():
            assert_same_evidence(installation, run, undisturbed)
    attempts = installation.rows("SELECT max(attempts) FROM audits_shard WHERE run_id = %s", run)
    assert attempts == [(2,)]


def test_a_broker_that_is_emptied_in_the_middle_of_a_run_changes_nothing(installation, undisturbed):
    with installation.scheduler():
        run = installation.start_run()
        installation.empty_broker()
        with installation.worker():
            until(lambda: begun(installation, run), "a shard")
            installation.empty_broker()
            assert_same_evidence(installation, run, undisturbed)


def test_two_runs_append_to_the_ledger_at_once_and_it_holds(installation, undisturbed):
    code = (
        "from auditor.common.digest import sha256\n"
        "from reports.ledger.services import ledger_append\n"
        "for n in range(20): ledger_append(kind='test', subject=sha256(b'x'), body={'n': n})"
    )
    before = installation.rows("SELECT count(*) FROM ledger_entry")[0][0]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(installation.shell, [code] * 3))
    assert installation.rows("SELECT count(*) FROM ledger_entry")[0][0] == before + 60
    assert installation.shell(
        "from reports.ledger.services import ledger_break; print(ledger_break())"
    ).endswith("None")


def test_an_audit_that_is_interrupted_cancels_its_run(installation, undisturbed, honest, films, tmp_path):
    command = ["audit", "--model", honest, "--data", films, "--out", tmp_path / "r.pdf", "--plan", "quick"]
    before = installation.rows("SELECT count(*) FROM audits_run")[0][0]
    process = subprocess.Popen(
        [sys.executable, "manage.py", *map(str, command)],
        env=installation.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    until(lambda: installation.rows("SELECT count(*) FROM audits_run")[0][0] > before, "the run")
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, output
    assert not (tmp_path / "r.pdf").exists()
    assert installation.rows("SELECT state FROM audits_run ORDER BY started_at DESC LIMIT 1") == [
        ("cancelled",)
    ]
