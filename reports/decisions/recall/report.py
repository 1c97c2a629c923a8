"""The recall report: every decision with where it stands, and how many stand where; JSON or CSV by the file's name."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from auditor.common.clock import timestamp, utc_now
from auditor.common.errors import Refused
from auditor.common.said import say
from reports.decisions.models import Recall
from reports.decisions.recall.asking import recalled, states_of

COLUMNS = ("decision", "state", "outcome", "due")


def write_report(recall: Recall, target: Path) -> None:
    """Write the report of a recall; raises Refused for a file that is neither, or cannot be written."""
    writers = {".json": _json, ".csv": _csv}
    if target.suffix not in writers:
        raise Refused(say("Name the recall report *.json or *.csv, not %(name)s.", name=target.name))
    partial = target.with_name(f".{target.name}.part")
    try:
        with partial.open("w", encoding="utf-8", newline="") as stream:
            writers[target.suffix](recall, stream)
        partial.replace(target)
    except OSError as error:
        raise Refused(
            say("%(path)s cannot be written: %(problem)s.", path=str(target), problem=str(error.strerror))
        ) from None
    finally:
        partial.unlink(missing_ok=True)


def _rows(recall: Recall) -> Iterator[tuple[int, str, str, str]]:
    for number, state, outcome, due in (
        recalled(recall).values_list("pk", "state", "outcome", "due").iterator()
    ):
        yield number, state, outcome, timestamp(due) if due else ""


def _json(recall: Recall, stream: TextIO) -> None:
    head = {
        "schema": "retrace-recall/1",
        "recall": recall.pk,
        "model": recall.model_version.digest,
        "reason": recall.reason,
        "evidence": recall.evidence,
        "by": recall.by.get_username(),
        "at": timestamp(recall.at),
        "written_at": timestamp(utc_now()),
        "entry": recall.entry,
        "totals": states_of(recall),
        "reviews_begun": recall.begun,
        "reviews_not_begun": recall.left,
    }
    stream.write(json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "decisions": [')
    for place, row in enumerate(_rows(recall)):
        line = json.dumps(dict(zip(COLUMNS, row, strict=True)), ensure_ascii=False)
        stream.write(("," if place else "") + "\n  " + line)
    stream.write("\n ]\n}\n")


def _csv(recall: Recall, stream: TextIO) -> None:
    """Write the decisions, then, after an empty line, the totals."""
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    writer.writerows(_rows(recall))
    writer.writerow(())
    writer.writerow(("total", "state"))
    writer.writerows((n, state) for state, n in states_of(recall).items())
