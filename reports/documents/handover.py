"""Handing an issued document over as a file, whole or not at all."""

import os
from pathlib import Path

from django.conf import settings

from auditor.common.errors import Refused
from auditor.common.store import Store
from reports.documents.models import Issued


def check_target(target: Path) -> None:
    """Raise Refused before any work is done if a document could not be written there."""
    if target.is_dir():
        raise Refused(f"{target} is a folder; name the file to write.")
    if not target.parent.is_dir():
        raise Refused(f"The folder {target.parent} does not exist; create it, or choose another place.")
    if not os.access(target.parent, os.W_OK):
        raise Refused(f"The folder {target.parent} may not be written to; choose another place.")


def hand_over(document: Issued, target: Path) -> None:
    """Write an issued document to a file; raises NotFound, Corrupt, or Refused where it cannot be written."""
    write_out(Store.at(settings.STORAGE_URL).get(document.pdf_digest), target)


def write_out(content: bytes, target: Path) -> None:
    """Write a file whole or not at all; raises Refused where it cannot be written."""
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(target)
    except OSError as error:
        raise Refused(f"{target} could not be written ({error.strerror}); choose another place.") from error
    finally:
        beside.unlink(missing_ok=True)
