"""The demo officer: an account for trying the product out on one's own machine."""

import secrets
from pathlib import Path

from django.contrib.auth.models import User

from auditor.embedded.layout import var_directory
from auditor.embedded.state import write_private

NAME = "officer"


def demo_officer() -> tuple[str, str]:
    """Return the name and the password of the demo officer, who is created on first use.

    The password is kept in a file that only its owner can read; where the file is gone, a new one is set.
    """
    kept = var_directory() / "demo-password"
    user, created = User.objects.get_or_create(username=NAME)
    if created or not kept.exists():
        password = secrets.token_urlsafe(12)
        user.set_password(password)
        user.save()
        write_private(Path(kept), password)
    return NAME, kept.read_text(encoding="utf-8")
