"""The monthly sample: drawn once a month by a seed that the ledger holds, and re-traced by the schedule."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet

from auditor.common.clock import timestamp, utc_now
from auditor.common.digest import digest_of
from reports.decisions.models import Decision, Draw
from reports.decisions.retracing.asking import retrace_ask
from reports.decisions.retracing.drawing import Month, drawn, month_before
from reports.decisions.state import State
from reports.ledger.services import ledger_append, ledger_turn


@transaction.atomic
def sample_due(now: datetime | None = None, seed: str = "") -> Draw | None:
    """Draw from the decisions of the last month, once, ask for their re-traces and return the draw.

    Returns None where the month has its draw already, has no decisions, or none are to be drawn.
    """
    now, size = now or utc_now(), settings.RETRACE_SAMPLE
    month = month_before(now, settings.DEADLINE_ZONE)
    if size < 1 or _is_drawn(month) or not _of_month(month.since, month.until).exists():
        return None
    ledger_turn()  # two schedulers draw one after the other, and the second sees what the first did
    return None if _is_drawn(month) else _draw(month, size, seed or secrets.token_hex(32), now)


def redrawn(draw: Draw) -> list[int]:
    """Return the decisions that follow from a draw's seed; other ones than `draw.numbers` tell of tampering."""
    return drawn(_numbers(draw.since, draw.until, draw.upto), draw.seed, draw.size)


def _is_drawn(month: Month) -> bool:
    return Draw.objects.filter(month=month.first).exists()


def _draw(month: Month, size: int, seed: str, now: datetime) -> Draw:
    among = _of_month(month.since, month.until)
    upto = among.aggregate(last=Max("pk"))["last"]
    population = list(_numbers(month.since, month.until, upto))
    numbers = drawn(population, seed, size)
    rows = Decision.objects.in_bulk(numbers)
    passed_over = [n for n in numbers if rows[n].restricted or rows[n].state == State.ERASED]
    body = {
        "month": f"{month.first:%Y-%m}",
        "since": timestamp(month.since),
        "until": timestamp(month.until),
        "upto": upto,
        "seed": seed,
        "size": size,
        "population": len(population),
    }
    entry = ledger_append(kind="retrace-draw", subject=digest_of(numbers), body=body, now=now)
    draw = Draw.objects.create(
        month=month.first,
        since=month.since,
        until=month.until,
        upto=upto,
        seed=seed,
        size=size,
        population=len(population),
        numbers=numbers,
        passed_over=passed_over,
        at=now,
        entry=entry.position,
    )
    for number in sorted(set(numbers) - set(passed_over), key=lambda n: (rows[n].model_version_id, n)):
        retrace_ask(number, by=None, draw=draw, now=now)
    return draw


def _of_month(since: datetime, until: datetime) -> QuerySet[Decision]:
    return Decision.objects.order_by().filter(decided_at__gte=since, decided_at__lt=until)


def _numbers(since: datetime, until: datetime, upto: int) -> QuerySet[Decision, int]:
    return _of_month(since, until).filter(pk__lte=upto).values_list("pk", flat=True)
