"""One rendering of the benchmark, in a process of its own: what it cost is one line of JSON on standard output."""

import base64
import html
import io
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import django
from django.utils.translation import override

django.setup()

import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

from auditor.common.store import Store  # noqa: E402
from auditor.explain.evidence import Evidence  # noqa: E402
from reports.documents.plates.jobs import jobs  # noqa: E402
from reports.documents.plates.joining import Section, join  # noqa: E402
from reports.documents.plates.working import helpers, lay_out, work  # noqa: E402
from reports.documents.render import render_into  # noqa: E402
from tests.documents import factory, gallery_factory  # noqa: E402

Render = Callable[[Evidence, Store, Path], None]
_MM, _DPI = 27.4, 150
_STYLE = (
    "@page { size: A4; margin: 20mm 16mm } body { font: 7pt sans-serif } div { break-inside: avoid } "
    "figure { display: inline-block; width: 27.4mm; margin: 0 2mm 0 0 } img { width: 27.4mm }"
)


def ours(evidence: Evidence, store: Store, out: Path) -> None:
    """Print the gallery alone, all of it on plates: what the other way prints as well."""
    made = list(jobs(factory.snapshot(evidence), in_chapter=0))
    with TemporaryDirectory() as name:
        folder = Path(name)
        parts = lay_out(made, folder)
        with helpers(len(parts), folder, store):
            work(folder, store)
        if len(parts) > 1:
            join(parts[0], [Section(part, part.name) for part in parts[1:]], out, "Plate ")
        else:
            parts[0].replace(out)


def whole(evidence: Evidence, store: Store, out: Path) -> None:
    """Render a report with all its chapters."""
    render_into(out, factory.snapshot(evidence), store)


def plain(evidence: Evidence, store: Store, out: Path) -> None:
    """Draw one matplotlib figure for every panel and lay all of them out in one document."""
    from weasyprint import HTML

    titles = {method.card.name: method.card.title for method in evidence.methods}
    made = []
    for entry in evidence.gallery.entries:
        item = entry.item
        image = np.asarray(Image.open(io.BytesIO(store.get(item.entry.content))))
        panels = [("original", _figure(image, None))]
        for name, record in item.maps.items():
            values = np.load(io.BytesIO(store.get(record.array.sha256)))
            panels.append((titles[name], _figure(image, values)))
        figures = "".join(
            f'<figure><img alt="{html.escape(title)}" src="data:image/png;base64,{content}">'
            f"<figcaption>{html.escape(title)}<br>✓ tests passed</figcaption></figure>"
            for title, content in panels
        )
        words = f"{item.entry.id} · label {item.entry.label} · decision {item.predicted} · {entry.rule}"
        made.append(f"<div><p>{html.escape(words)}</p>{figures}</div>")
    page = f'<html lang="en"><title>Gallery</title><style>{_STYLE}</style><body>{"".join(made)}</body></html>'
    HTML(string=page).write_pdf(out, pdf_tags=True)


def _figure(image: np.ndarray, values: np.ndarray | None) -> str:
    import matplotlib.pyplot as plt

    plt.switch_backend("agg")
    drawn, axes = plt.subplots(figsize=(_MM / 25.4, _MM / 25.4), dpi=_DPI)
    axes.imshow(image, cmap="gray")
    if values is not None:
        full = np.percentile(np.abs(values), 99.5)
        axes.imshow(values, cmap="RdBu_r", vmin=-full, vmax=full, alpha=0.5)
        axes.contour(values, levels=[-full / 2, full / 2], colors="white", linewidths=0.5)
    axes.axis("off")
    stream = io.BytesIO()
    drawn.savefig(stream, format="png", bbox_inches="tight", pad_inches=0)
    plt.close(drawn)
    return base64.b64encode(stream.getvalue()).decode()


RENDERS: dict[str, Render] = {"gallery": ours, "plain": plain, "report": whole}


def main(task: str, root: str, out: str, items: str) -> None:
    """Do one task and say what it cost; to draw is to make the films and the evidence about the first of them."""
    store = Store(Path(root))
    if task == "draw":
        sizes = [int(word) for word in items.split(",")]
        evidence = gallery_factory.evidence(store, max(sizes))
        for size in sizes:
            _kept(root, size).write_bytes(_first(evidence, size).to_bytes())
        print(json.dumps({}))
        return
    evidence = Evidence.parse(_kept(root, int(items)).read_bytes(), name="evidence")
    began, spent = time.perf_counter(), _processor()
    with override("en"):
        RENDERS[task](evidence, store, Path(out))
    found = {"seconds": time.perf_counter() - began, "cpu": _processor() - spent}
    print(json.dumps({**found, "bytes": Path(out).stat().st_size, "pages": _pages(Path(out))}))


def _kept(root: str, size: int) -> Path:
    return Path(f"{root}-{size}.json")


def _first(evidence: Evidence, items: int) -> Evidence:
    gallery = evidence.gallery
    return evidence.model_copy(
        update={"gallery": gallery.model_copy(update={"entries": gallery.entries[:items]})}
    )


def _processor() -> float:
    """Return the processor seconds of this process and of its children that ended."""
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in found)


def _pages(path: Path) -> int:
    """Return how many pages a file has, in a process whose memory does not count."""
    code = "import pypdf, sys; print(len(pypdf.PdfReader(sys.argv[1]).pages))"
    return int(subprocess.run([sys.executable, "-c", code, path], capture_output=True, check=True).stdout)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4])
