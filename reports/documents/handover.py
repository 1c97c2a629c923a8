"""Handing an issued document over as a file, whole or not at all."""

import os
from pathlib import Path

from django.conf import settings

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.common.store import Store
from reports.documents.models import Issued


def check_target(target: Path) -> None:
    """Raise Refused before any work is done if a document could not be written there."""
    if target.is_dir():
        raise Refused(say("%(target)s is a folder; name the file to write.", target=str(target)))
    if not target.parent.is_dir():
        raise Refused(
            say(
                "The folder %(folder)s does not exist; create it, or choose another place.",
                folder=str(target.parent),
            )
        )
    if not os.access(target.parent, os.W_OK):
        raise Refused(
            say(
                "The folder %(folder)s may not be written to; choose another place.",
                folder=str(target.parent),
            )
        )


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
        raise Refused(
            say(
                "%(target)s could not be written (%(why)s); choose another place.",
                target=str(target),
                why=error.strerror or type(error).__name__,
            )
        ) from error
    finally:
        beside.unlink(missing_ok=True)
