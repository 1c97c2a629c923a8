"""What a gallery costs: ours beside one matplotlib figure an overlay in one WeasyPrint document, in the same run.

Every rendering is a process of its own; its memory is the largest sum over it and its children.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

ROOT = Path(__file__).parents[1]
SIZES = (250, 1000, 5000)
COMPARED, USUAL = 1000, 60
SECONDS_BETWEEN = 0.1
ENOUGH = {  # settings that a rendering needs but does not use
    "RETRACE_SECRET_KEY": "benchmark",
    "DATABASE_URL": "postgres://127.0.0.1:1/none",
    "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
    "DJANGO_SETTINGS_MODULE": "auditor.settings",
}


def measured(task: str, store: Path, out: Path, items: int | str, **more: str) -> dict[str, float]:
    """Run a rendering and return its seconds, its processor seconds, its memory and what it counted."""
    command = [sys.executable, "-m", "benchmarks.report_tasks", task, str(store), str(out), str(items)]
    process = psutil.Popen(
        command, cwd=ROOT, env=os.environ | ENOUGH | more, stdout=subprocess.PIPE, text=True
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, _resident(process))
        time.sleep(SECONDS_BETWEEN)
    said = process.communicate()[0]
    if process.returncode:
        sys.exit(f"{task} with {items} items failed")
    return {**json.loads(said.splitlines()[-1]), "memory": peak / 1e6}


def _resident(process: psutil.Process) -> int:
    """Return the resident bytes of a process and its children."""
    total = 0
    for one in _tree(process):
        try:
            total += one.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def _tree(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


@contextmanager
def _workplace() -> Iterator[tuple[Path, Path]]:
    with TemporaryDirectory(prefix="retrace-bench-") as name:
        yield Path(name) / "store", Path(name)


def main() -> None:
    """Print ratios, memory, time a page and size a page."""
    sizes = tuple(int(word) for word in sys.argv[1:]) or SIZES
    compared = COMPARED if COMPARED in sizes else max(sizes)
    with _workplace() as (store, folder):
        print(f"drawing {max(sizes)} films of 224 x 224 pixels and five maps of each …", flush=True)
        measured("draw", store, folder / "none", ",".join(map(str, {*sizes, compared, USUAL})))
        ours = {}
        for items in sizes:
            ours[items] = measured("gallery", store, folder / "ours.pdf", items)
            _row(f"ours, {items} images", ours[items])
        alone = measured("gallery", store, folder / "alone.pdf", compared, RETRACE_RENDER_PROCESSES="1")
        _row(f"ours, {compared} images, one process", alone)
        plain = measured("plain", store, folder / "plain.pdf", compared)
        _row(f"a figure an overlay, {compared} images", plain)
        whole = measured("report", store, folder / "report.pdf", USUAL)
        _row(f"a whole report with {USUAL} images", whole)
    print(f"\nours is {plain['seconds'] / ours[compared]['seconds']:.1f} times as fast, ", end="")
    print(f"{plain['seconds'] / alone['seconds']:.1f} times in one process", end="")
    print(f" ({plain['cpu'] / alone['cpu']:.1f} times less processor time); its file is ", end="")
    print(f"{plain['bytes'] / ours[compared]['bytes']:.1f} times smaller")
    print(
        f"memory at {max(sizes)} is {ours[max(sizes)]['memory'] / ours[min(sizes)]['memory']:.2f} times ",
        end="",
    )
    print(f"that at {min(sizes)} images; processor time a page:", end="")
    print(", ".join(f" {1000 * found['cpu'] / found['pages']:.0f} ms at {n}" for n, found in ours.items()))


def _row(title: str, found: dict[str, float]) -> None:
    pages = found["pages"]
    print(
        f"{title:40s} {found['seconds']:7.1f} s {found['cpu']:7.1f} s of processors {found['memory']:6.0f} MB "
        f"{pages:5.0f} pages {found['bytes'] / 1000 / pages:6.0f} kB a page",
        flush=True,
    )


if __name__ == "__main__":
    main()
