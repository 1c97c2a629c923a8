"""Charts are drawn by the threads of a web process at the same time, and come out the same."""

from concurrent.futures import ThreadPoolExecutor

from reports.documents.figures import style
from reports.documents.figures.rows import Method, row_chart


def chart(number: int) -> bytes:
    rows = [(f"column {number} {row}", str(row)) for row in range(4)]
    return row_chart(rows, [Method("a method", [1.0, -0.5, 0.25, float(number)], 1.0)])


def test_threads_draw_what_one_would_draw():
    style._families.cache_clear()
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(chart, range(16)))
    assert together == [chart(number) for number in range(16)]
