"""How fast decisions come in: over HTTP, to a real web server of two workers, each one durable before its answer."""

import multiprocessing
import os
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from socket import create_connection, socket
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import psutil

from auditor.client import Register
from auditor.common.environment import variables
from benchmarks.own_database import own_database

ROOT = Path(__file__).parents[1]
BATCH, BATCHES = 10_000, 4
SINGLES, SENDERS = 1_000, 4
WANTED = {"batch": 2_000, "singly": 200}


def description(model: str, number: int) -> dict[str, Any]:
    """Return a decision of usual size; every other one is about a new person."""
    return {
        "reference": f"case-{uuid.uuid4().hex}",
        "subject": f"person-{os.getpid()}-{number // 2}",
        "model": model,
        "input": {"reference": f"pacs://east/{number}", "sha256": "a" * 64},
        "scores": {"malignant": number % 100 / 100, "benign": 1 - number % 100 / 100},
        "outcome": "refer",
        "threshold": 0.5,
        "policy_version": "2026-1",
        "decided_at": "2026-03-02T08:55:00Z",
        "recipients": ["hospital east"],
        "human": {"involvement": "oversight", "operator": f"operator-{number % 20}"},
        "legal_basis": "Art. 6(1)(e) GDPR with section 7 of the hospital act",
        "retention": {"until": "2036-03-01", "reason": "section 630f BGB"},
    }


def batches(url: str, token: str, model: str) -> float:
    """Return how many decisions a second one sender gets recorded by batches."""
    register = Register(url, token, timeout=120, attempts=1)
    handed = [[description(model, n) for n in range(BATCH)] for _ in range(BATCHES)]
    began = time.perf_counter()
    for one in handed:
        register.record_many(one)
    return BATCH * BATCHES / (time.perf_counter() - began)


def singles(url: str, token: str, model: str) -> list[float]:
    """Return how many seconds each of a sender's decisions took."""
    register = Register(url, token, timeout=120, attempts=1)
    found = []
    for one in [description(model, n) for n in range(SINGLES)]:
        began = time.perf_counter()
        register.record(one)
        found.append(time.perf_counter() - began)
    return found


def main() -> int:
    """Print the rates and return 1 where one is under what is wanted."""
    load = ", ".join(f"{figure:.1f}" for figure in os.getloadavg())
    print(f"{os.cpu_count()} cores, load before the start {load}", flush=True)
    with _served() as (sent, used):
        Register(sent[0], sent[1]).record_many(description(sent[2], n) for n in range(100))
        before = used()
        rates = {"batch": batches(*sent)}
        said("batch", f"by batches of {BATCH:,}", rates, _each(before, used(), BATCH * BATCHES))
        with multiprocessing.get_context("spawn").Pool(SENDERS) as pool:
            pool.starmap(_ready, [()] * SENDERS)
            before, began = used(), time.perf_counter()
            seconds = [one for some in pool.starmap(singles, [sent] * SENDERS) for one in some]
            rates["singly"] = len(seconds) / (time.perf_counter() - began)
        said("singly", f"singly, {SENDERS} senders", rates, _each(before, used(), len(seconds)))
        cuts = statistics.quantiles(seconds, n=100)
        print(
            f"  an answer takes {cuts[49] * 1e3:.0f} ms at the median, {cuts[94] * 1e3:.0f} ms at 95 of 100"
        )
    return int(any(rates[name] < WANTED[name] for name in WANTED))


def said(name: str, what: str, rates: dict[str, float], used: list[float]) -> None:
    """Print a rate, and what a decision takes of the processors, which tells on a busy machine, too."""
    web, database = used
    print(f"{what}: {rates[name]:,.0f} decisions/s (wanted: {WANTED[name]:,}); one takes")
    print(f"  {web:.2f} ms of a processor in the web server and {database:.2f} ms in Postgres", flush=True)


def _each(before: tuple[float, float], after: tuple[float, float], count: int) -> list[float]:
    return [(late - early) / count * 1e3 for early, late in zip(before, after, strict=True)]


def _processors(web: int, database: str) -> tuple[float, float]:
    """Return the processor seconds that the web server and the connections to a database have used."""
    server = psutil.Process(web)
    connections = [
        one
        for one in psutil.process_iter(["cmdline"])
        if database in " ".join(one.info["cmdline"] or ()) and "postgres:" in one.info["cmdline"][0]
    ]
    return _seconds([server, *server.children(recursive=True)]), _seconds(connections)


def _seconds(processes: list[psutil.Process]) -> float:
    return sum(one.cpu_times().user + one.cpu_times().system for one in processes)


def _ready() -> None:
    time.sleep(0.5)  # until every process of the pool has begun


@contextmanager
def _served() -> Iterator[tuple[tuple[str, str, str], Callable[[], tuple[float, float]]]]:
    """Yield the address of a server with a token and the digest of a model, and what tells the processors' time."""
    with TemporaryDirectory() as store, variables(_quiet(Path(store))), own_database():
        token, model = _prepare()
        with closing(socket()) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = ("gunicorn", "auditor.wsgi", f"--bind=127.0.0.1:{port}", "--workers=2")
        process = subprocess.Popen(
            [sys.executable, "-m", *server, "--worker-class=gthread", "--threads=8", "--no-control-socket"],
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(port)
            database = urlsplit(os.environ["DATABASE_URL"]).path[1:]
            sent = (f"http://127.0.0.1:{port}", token, model)
            yield sent, lambda: _processors(process.pid, database)
        finally:
            process.terminate()
            process.wait()


def _quiet(store: Path) -> dict[str, str]:
    return {"STORAGE_URL": store.as_uri(), "RETRACE_LOG_LEVEL": "WARNING"}


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _prepare() -> tuple[str, str]:
    """Migrate, and return a token and a model's digest."""
    from django.core.management import call_command

    from reports.decisions.systems import system_add, token_make
    from tests import rows

    call_command("migrate", verbosity=0)
    return token_make(system_add(name="benchmark"))[1], rows.model_version().digest


if __name__ == "__main__":
    sys.exit(main())
