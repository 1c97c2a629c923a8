"""The folder that is handed over: JSON, a summary to read, inputs, documents, proofs, and checksums of them all."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from auditor.common.canonical import canonical
from auditor.common.clock import utc_now
from auditor.common.digest import sha256_file
from auditor.common.errors import NotFound, Refused
from auditor.common.said import say
from auditor.common.store import Store
from reports.decisions.access.contents import contents_of
from reports.decisions.access.summary import summary_of
from reports.decisions.models import Decision, Subject
from reports.decisions.sealed import opened_input
from reports.ledger.models import Entry
from reports.ledger.services import ledger_checkpoint, ledger_proof

SUMS = "SHA256SUMS"


def access_package(
    subjects: Sequence[Subject], folder: Path, *, names: bool = False, now: datetime | None = None
) -> Path:
    """Write everything about subjects into a new folder that only its owner can read, and return it.

    All of it or nothing: raises NotFound where nobody was found, Refused where the folder is there already or cannot
    be written, and Corrupt where something stored was altered or is not in the ledger's tree.
    """
    if not subjects:
        raise NotFound(say("The register knows nobody under this identifier."))
    if folder.exists():
        raise Refused(say("%(folder)s is there already; name a new folder.", folder=str(folder)))
    try:
        beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
        try:
            _write(contents_of(subjects, names=names, now=now or utc_now()), beside)
            beside.rename(folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except OSError as error:
        raise Refused(
            say("%(folder)s could not be written: %(why)s.", folder=str(folder), why=error.strerror or "")
        ) from error
    return folder


def _write(contents: dict[str, Any], folder: Path) -> None:
    _put(folder / "access.json", canonical(contents))
    _put(folder / "summary.html", summary_of(contents).encode())
    _put(folder / "checkpoint.txt", ledger_checkpoint().encode())
    store = Store.at(settings.STORAGE_URL)
    for decision in (one for subject in contents["subjects"] for one in subject["decisions"]):
        if decision["input_file"]:
            row = Decision.objects.get(pk=decision["decision"])
            _put(folder / decision["input_file"], opened_input(row))
        for kept in (decision, *decision["events"]):
            entry = Entry.objects.get(pk=kept["ledger_entry"])
            _put(folder / kept["proof_file"], ledger_proof(entry).encode())
            if document := kept.get("document_file"):
                _put(folder / document, store.get(Path(document).name))
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{sha256_file(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    _put(folder / SUMS, "".join(lines).encode())


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as stream:
        stream.write(content)
