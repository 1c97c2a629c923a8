"""Appenders in processes of their own take turns: no gap, no fork, nothing lost, also where one is killed."""

import signal
import time

from tests.ledger.installation import installed

PROCESSES, TIMES, COUNT = 4, 25, 3


def test_processes_append_at_once(tmp_path):
    with installed(tmp_path / "keys", "appenders") as (log, _):
        running = [log.appender(f"appender {n}", TIMES, COUNT) for n in range(PROCESSES)]
        for process in running:
            _, err = process.communicate(timeout=120)
            assert process.returncode == 0, err
        status, out, err = log.ledger("verify")
        assert status == 0, err
        assert out.startswith(f"retrace.example/log\n{PROCESSES * TIMES * COUNT}\n")
        subjects = [subject for (subject,) in log.ask("SELECT subject FROM ledger_entry ORDER BY position")]
        assert {subjects.count(one) for one in set(subjects)} == {TIMES * COUNT}
        batches = subjects[::COUNT]
        assert subjects == [
            one for one in batches for _ in range(COUNT)
        ]  # a transaction's entries stay together
        assert any(a != b for a, b in zip(batches, sorted(batches), strict=True))  # they did come at once


def test_a_killed_appender_leaves_whole_transactions(tmp_path):
    with installed(tmp_path / "keys", "killed") as (log, _):
        killed, other = log.appender("killed", 100_000, COUNT), log.appender("other", 50, COUNT)
        other.communicate(timeout=120)
        while not log.ask("SELECT 1 FROM ledger_entry WHERE subject = 'killed' LIMIT 1"):
            assert killed.poll() is None, killed.communicate()[1]
            time.sleep(0.05)
        killed.send_signal(signal.SIGKILL)
        killed.communicate(timeout=60)
        log.append("after")
        status, _, err = log.ledger("verify")
        assert (status, other.returncode) == (0, 0), err
        ((dead, others, last),) = log.ask(
            "SELECT count(*) FILTER (WHERE subject = 'killed'), count(*) FILTER (WHERE subject = 'other'),"
            " max(position) FROM ledger_entry"
        )
        assert (dead % COUNT, others, last) == (0, 50 * COUNT, dead + others + 1)
