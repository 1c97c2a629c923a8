"""What people do to the registry."""

import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User

from auditor.common.digest import sha256_file
from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.common.store import Store
from auditor.jobs.models import State
from auditor.registry.intake.archive import pack
from auditor.registry.models import Intake, Kind


def intake_create(*, kind: Kind, path: Path, filename: str, by: User | None) -> Intake:
    """Keep an uploaded file and ring for its examination.

    Raises Refused when the file is empty or larger than this installation takes.
    """
    size = path.stat().st_size
    if size == 0:
        raise Refused(say("%(file)s is empty; choose the archive again.", file=filename))
    if size > settings.UPLOAD_LIMIT_BYTES:
        raise Refused(
            say(
                "%(file)s has %(size)s MiB and at most %(most)s MiB are taken; ask an administrator for a "
                "higher limit.",
                file=filename,
                size=round(size / 2**20),
                most=round(settings.UPLOAD_LIMIT_BYTES / 2**20),
            )
        )
    digest = Store.at(settings.STORAGE_URL).put_file(path)
    intake = Intake(kind=kind, filename=filename[:255], upload_digest=digest, received_by=by)
    intake.save()
    intake.ring()
    return intake


def intake_create_from_folder(*, kind: Kind, folder: Path, by: User | None) -> Intake:
    """Pack a folder and hand it in as an upload; the same files that were accepted before are not read twice.

    Raises Refused when there is nothing in the folder.
    """
    with tempfile.TemporaryDirectory(prefix="retrace-pack-") as scratch:
        packed = Path(scratch) / "folder.zip"
        pack(folder, packed)
        known = Intake.objects.filter(kind=kind, upload_digest=sha256_file(packed), state=State.DONE)
        return known.first() or intake_create(kind=kind, path=packed, filename=folder.resolve().name, by=by)
