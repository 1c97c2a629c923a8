"""Render the report of the factory in a process of its own: python -m tests.documents.rendering STORE OUT."""

import os
import sys
from pathlib import Path

SCRIPTS = "Ελληνικά Кириллица עברית العربية Tiếng Việt ✓ ✗ ▲ → ≥ 👩‍⚕️ 中文"


def main(root: str, out: str) -> None:
    import django

    django.setup()
    from auditor.common.store import Store
    from reports.documents.render import render
    from tests.documents import factory

    store = Store(Path(root))
    document = factory.evidence(store, marker=True)
    described = document.validation_set.model_copy(update={"description": SCRIPTS})
    document = document.model_copy(update={"validation_set": described})
    Path(out).write_bytes(render(factory.snapshot(document), store))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auditor.settings")
    main(*sys.argv[1:])
