"""Runs: shards in one transaction, an end exactly once, labels checked by row."""

import pytest

from auditor.audits.execution import Explained, keep_shard
from auditor.audits.models import Assembly, Run, Shard
from auditor.audits.services import plan_fix, plan_named, run_cancel, run_start
from auditor.common.digest import sha256
from auditor.common.errors import Refused
from auditor.explain.plans import plan_of
from auditor.jobs.models import State
from tests import rows

pytestmark = pytest.mark.django_db


def test_a_run_is_cut_into_shards_that_cover_its_items():
    run = rows.run()
    size = run.plan.document.shard_size
    assert [shard.items for shard in run.shards.order_by("index")] == [size, size, 40 - 2 * size]
    assert run.state == Run.State.EXPLAINING


def test_rings_are_sent_after_the_commit(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as rings:
        run = rows.run()
    assert len(rings) == run.shards.count()


def test_a_label_that_the_model_does_not_know_is_refused_by_row():
    with pytest.raises(
        Refused, match=r"labels\.csv, row 4: the label 'tumour' is none of the model's classes"
    ):
        run_start(
            model_version=rows.model_version(),
            validation_set=rows.validation_set("clear", "finding", "tumour"),
            plan=rows.plan(),
        )
    assert not Run.objects.exists()


def test_a_language_without_reports_is_refused():
    with pytest.raises(Refused, match="There are no reports in 'xx'"):
        run_start(
            model_version=rows.model_version(),
            validation_set=rows.validation_set(),
            plan=rows.plan(),
            language="xx",
        )


def finish(shard: Shard) -> None:
    Shard.objects.filter(pk=shard.pk).update(state=State.DONE)
    keep_shard(shard, Explained(sha256(b"result"), "host", "CPU", 1.0))


def test_the_last_shard_asks_for_the_assembly_and_only_the_last():
    run = rows.run()
    *others, last = run.shards.all()
    for shard in others:
        finish(shard)
    assert not Assembly.objects.exists()
    finish(last)
    run.refresh_from_db()
    assert run.state == Run.State.ASSEMBLING
    assert Assembly.objects.filter(run=run).count() == 1
    finish(last)
    assert Assembly.objects.filter(run=run).count() == 1


def test_a_cancelled_run_takes_back_what_nobody_has_begun():
    run = rows.run()
    first, *_ = run.shards.all()
    Shard.objects.filter(pk=first.pk).update(state=State.RUNNING)
    run_cancel(run)
    run.refresh_from_db()
    assert run.state == Run.State.CANCELLED
    assert sorted(run.shards.values_list("state", flat=True)) == ["cancelled", "cancelled", "running"]
    finish(first)
    assert not Assembly.objects.exists()
    with pytest.raises(Refused, match="cancelled already"):
        run_cancel(run)


def test_a_failed_shard_ends_the_run_with_its_sentence():
    run = rows.run()
    run.shards.first().failed("images/a.png does not decode.")
    run.refresh_from_db()
    assert (run.state, run.error) == (Run.State.FAILED, "images/a.png does not decode.")


def test_a_plan_is_fixed_once_for_its_content():
    assert plan_named("quick") == plan_fix(plan_of("quick", "image"))
    assert plan_named("standard") != plan_named("quick")
    assert plan_named("quick").document == plan_of("quick", "image")
    with pytest.raises(Refused, match="the plans are quick, standard, thorough"):
        plan_named("leisurely")
