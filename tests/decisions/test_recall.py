"""A recalled model version's decisions are all found, reviewed once each, and told in a report."""

import csv
import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from auditor.common.clock import utc_now
from auditor.common.errors import NotFound, Refused
from auditor.jobs.models import State
from reports.decisions import state as s
from reports.decisions.actors import officer
from reports.decisions.models import Decision, Event, Recall
from reports.decisions.recall import execution
from reports.decisions.recall.asking import recall_model, recalled, states_of
from reports.decisions.recall.report import write_report
from reports.decisions.sealed import opened_event
from reports.decisions.tasks import recall as work_on
from reports.decisions.transitions import event_apply
from reports.keys.subjects import destroy_keys, subject_key
from reports.ledger.models import Entry
from reports.ledger.services import ledger_break
from tests import rows
from tests.decisions import drafts
from tests.decisions.drafts import NOW, OPERATOR

pytestmark = pytest.mark.django_db
REVIEWER = s.Reviewer("bob", "board, 1 March")


@pytest.fixture
def ada():
    return drafts.person("ada")


@pytest.fixture
def numbers():
    drafts.person("bob")
    return [drafts.recorded(reference=f"r-{n}", subject=f"p-{n}") for n in range(7)]


def recalled_now(ada, **options) -> Recall:
    chosen = {"reason": "a shortcut was found", "by": ada, "reviewer": REVIEWER} | options
    return recall_model(drafts.version().digest, **chosen)


def worked(recall: Recall) -> Recall:
    work_on(recall.pk)
    recall.refresh_from_db()
    return recall


def test_every_decision_of_the_version_is_reviewed_once(numbers, ada, monkeypatch):
    monkeypatch.setattr(execution, "BATCH", 3)
    other = drafts.recorded(reference="other", model=rows.model_version("2").digest)
    recall = recalled_now(ada)
    late = drafts.recorded(reference="late")
    recall = worked(recall)
    assert (recall.state, recall.decisions, recall.begun, recall.left) == (State.DONE, 7, 7, {})
    assert states_of(recall) == {"under_review": 7}
    assert set(Decision.objects.filter(pk__in=[other, late]).values_list("state", flat=True)) == {"recorded"}
    event = Event.objects.get(decision=numbers[0])
    row = Decision.objects.get(pk=numbers[0])
    opened = opened_event(event, subject_key(row.subject_id))
    assert (opened.reviewer, opened.reason, opened.actor) == (REVIEWER, "a shortcut was found", officer(ada))
    body = Entry.objects.get(position=recall.entry).body
    assert (body["decisions"], body["upto"], body["subject"]) == (7, numbers[-1], drafts.version().digest)
    assert ledger_break() is None


def test_a_worker_goes_on_where_another_died(numbers, ada, monkeypatch):
    monkeypatch.setattr(execution, "BATCH", 3)
    recall = recalled_now(ada)
    token = "5" * 8 + "-0000-4000-8000-" + "5" * 12
    assert Recall.jobs.claim(recall.pk, token=token, now=utc_now(), lease=timedelta(seconds=9))
    dead = Recall.objects.get(pk=recall.pk)
    assert execution._batch(dead)
    Recall.objects.filter(pk=recall.pk).update(state=State.WAITING, claim=None, lease_until=None)
    assert Recall.objects.get(pk=recall.pk).begun == 3
    assert not execution._batch(dead)  # it comes back to life, and the job is no longer its own
    recall = worked(recall)
    assert (recall.begun, recall.left, Event.objects.count()) == (7, {}, 7)


def test_what_cannot_be_reviewed_is_counted_by_reason(numbers, ada):
    one, two, three, four, *_ = numbers
    event_apply(one, s.Erased(actor=officer(ada), reason="Art. 17"), now=NOW)
    event_apply(
        two, s.ReviewAssigned(actor=officer(ada), reviewer=s.Reviewer("eve", "board"), reason="r"), now=NOW
    )
    event_apply(three, s.Contested(actor=officer(ada), reason="r", received_at=NOW), now=NOW)
    destroy_keys([Decision.objects.get(pk=four).subject_id])
    recall = worked(recalled_now(ada))
    assert recall.state == State.DONE
    assert (recall.begun, recall.left) == (4, {"erased": 1, "under_review": 1, "unreadable": 1})
    again = worked(recalled_now(ada, reviewer=s.Reviewer("bob", "board", (OPERATOR,))))
    assert again.left == {"erased": 1, "under_review": 5, "unreadable": 1}


def test_who_took_a_decision_does_not_review_it(numbers, ada):
    recall = worked(recalled_now(ada, reviewer=s.Reviewer("bob", "board", (OPERATOR,))))
    assert (recall.begun, recall.left) == (0, {"reviewer_took_part": 7})


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"reason": " "}, Refused, "Say why"),
        ({"reviewer": s.Reviewer("eve", "board")}, Refused, "no active user"),
        ({"reviewer": s.Reviewer("bob", " ")}, Refused, "declaration"),
        ({"evidence": "a" * 64}, NotFound, "no document"),
    ],
)
def test_a_recall_that_cannot_be_leaves_no_trace(numbers, ada, changes, error, sentence):
    with pytest.raises(error, match=sentence):
        recalled_now(ada, **changes)
    assert not Recall.objects.exists()
    assert not Entry.objects.filter(kind="recall").exists()


def test_an_unknown_model(ada):
    with pytest.raises(NotFound, match="No registered"):
        recall_model("f" * 64, reason="r", by=ada)


def test_the_report_lists_all_with_totals(numbers, ada, tmp_path):
    event_apply(numbers[0], s.Contested(actor=officer(ada), reason="r", received_at=NOW), now=NOW)
    recall = recalled_now(ada, reviewer=None)
    write_report(recall, tmp_path / "r.json")
    found = json.loads((tmp_path / "r.json").read_text())
    assert found["totals"] == {"contested": 1, "recorded": 6}
    assert [one["decision"] for one in found["decisions"]] == numbers
    assert found["decisions"][0] == {
        "decision": numbers[0],
        "state": "contested",
        "outcome": "refer",
        "due": "2026-04-02T21:59:59Z",
    }
    write_report(recall, tmp_path / "r.csv")
    with (tmp_path / "r.csv").open(newline="") as stream:
        lines = list(csv.reader(stream))
    assert lines[:2] == [
        ["decision", "state", "outcome", "due"],
        list(map(str, found["decisions"][0].values())),
    ]
    assert lines[-3:] == [["total", "state"], ["1", "contested"], ["6", "recorded"]]
    for path in ("r.txt", "nowhere/r.csv"):
        with pytest.raises(Refused):
            write_report(recall, tmp_path / path)
    assert sorted(path.name for path in tmp_path.glob("*r.*")) == ["r.csv", "r.json"]


def test_from_a_console(numbers, ada, tmp_path):
    out, digest = StringIO(), drafts.version().digest
    call_command("decisions", "recall", digest, "--as", "ada", "--reason", "r", stdout=out)
    assert "7 decisions, 0 reviews begun" in out.getvalue()
    assert "recorded: 7" in out.getvalue()
    options = ["--reviewer", "bob", "--authority", "board", "--wait", "--report", str(tmp_path / "r.json")]
    call_command("decisions", "recall", digest, "--as", "ada", "--reason", "r", *options, stdout=out)
    assert "7 decisions, 7 reviews begun" in out.getvalue()
    assert json.loads((tmp_path / "r.json").read_text())["totals"] == {"under_review": 7}
    assert recalled(Recall.objects.first()).count() == 7
