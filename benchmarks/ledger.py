"""What the ledger costs: appends of one and of 10,000 entries, the full check, and proofs as the log grows."""

import argparse
import hashlib
import os
import random
import statistics
import time
from collections.abc import Callable

from benchmarks.own_database import own_database

BATCH, SINGLE, PROOFS = 10_000, 200, 200
VERIFY_SECONDS, PROOF_SECONDS, BATCH_SECONDS, SINGLE_SECONDS = 20.0, 0.005, 2.0, 0.002


def main() -> None:
    """Print each figure and its ratio to what it may be at most."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    entries = max(parser.parse_args().entries, BATCH)
    load = ", ".join(f"{figure:.1f}" for figure in os.getloadavg())
    print(f"{entries:,} entries; {os.cpu_count()} cores, load before the start {load}", flush=True)
    with own_database():
        from django.core.management import call_command

        call_command("migrate", "ledger", verbosity=0)
        measure(entries)


def measure(entries: int) -> None:
    """Fill the log, timing what happens on the way."""
    from reports.ledger.services import ledger_append, ledger_append_many, ledger_break

    batches, proofs, size = [], {}, 0
    while size < entries:
        count = min(BATCH, entries - size)
        some = drafts(size, count)
        batches.append(timed(lambda some=some: ledger_append_many(some)))
        size += count
        if size in (BATCH, 10 * BATCH, entries):
            analysed()
            proofs[size] = proving(size)
    report(f"append of {BATCH:,} entries, durable", statistics.median(batches), BATCH_SECONDS)
    for durable in ("on", "off"):
        committing(durable)
        singles = [timed(lambda one=one: ledger_append(**one._asdict())) for one in drafts(size, SINGLE)]
        size += SINGLE
        report(
            f"append of one entry, {'durable' if durable == 'on' else 'without waiting for the disk'}",
            statistics.median(singles),
            SINGLE_SECONDS,
        )
    broken: list[str | None] = []
    processor = time.process_time()
    wall = timed(lambda: broken.append(ledger_break()))
    processor = time.process_time() - processor
    if broken != [None]:
        raise SystemExit(f"the log does not verify: {broken}")
    report(f"check of {size:,} entries ({processor:.1f} s of it on our processor)", wall, VERIFY_SECONDS)
    for at, seconds in proofs.items():
        report(f"inclusion proof at {at:,} entries", seconds, PROOF_SECONDS)


def drafts(start: int, count: int) -> list:
    """Return entries as the register of decisions makes them."""
    from reports.ledger.services import Draft

    return [
        Draft(
            "decision",
            hashlib.sha256(b"%d" % n).hexdigest(),
            {"decision": n, "sequence": 0, "state": "recorded"},
        )
        for n in range(start, start + count)
    ]


def proving(size: int) -> float:
    """Return the median seconds of a proof with its signed checkpoint, of entries anywhere in the log."""
    from reports.ledger.models import Entry
    from reports.ledger.services import ledger_proof

    chosen = random.Random(1).sample(range(1, size + 1), PROOFS)
    return statistics.median(
        timed(lambda e=e: ledger_proof(e)) for e in Entry.objects.filter(position__in=chosen)
    )


def analysed() -> None:
    """Do what autovacuum does in time of its own."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_entry, ledger_node")


def committing(durable: str) -> None:
    """Let commits wait for the disk, or not."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('synchronous_commit', %s, false)", [durable])


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that the work took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def report(what: str, seconds: float, most: float) -> None:
    """Print one figure beside its limit."""
    print(f"{what:64} {seconds * 1000:10,.2f} ms   {seconds / most:6.2f} of the limit", flush=True)


if __name__ == "__main__":
    main()
