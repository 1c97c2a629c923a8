"""A helper that draws plates: python -m reports.documents.plates FOLDER STORE."""

import json
import os
import sys
from pathlib import Path

from auditor.common.errors import RetraceError
from auditor.common.said import as_json
from auditor.common.store import Store


def main(folder: str, store: str) -> None:
    """Draw parts until none is left; what went wrong is one line of JSON on standard error."""
    import django

    django.setup()
    from reports.documents.plates.working import work

    try:
        work(Path(folder), Store(Path(store)))
    except RetraceError as error:
        sys.exit(json.dumps(as_json(error.sentence)))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auditor.settings")
    main(*sys.argv[1:])
