"""The demo accounts: an officer and a second person, for trying the product out on one's own machine."""

import secrets
from pathlib import Path

from django.contrib.auth.models import User

from auditor.embedded.layout import var_directory
from auditor.embedded.state import write_private

NAME, REVIEWER = "officer", "reviewer"
_KEPT = {NAME: "demo-password", REVIEWER: "demo-reviewer-password"}


def demo_officer() -> tuple[str, str]:
    """Return the name and the password of the demo officer, who is created on first use."""
    return _account(NAME)


def demo_reviewer() -> tuple[str, str]:
    """Return the name and the password of the second person, who signs off what the officer prepared."""
    return _account(REVIEWER)


def _account(name: str) -> tuple[str, str]:
    """Return an account; its password is kept in a file that only its owner can read, and set anew without it."""
    kept = var_directory() / _KEPT[name]
    user, created = User.objects.get_or_create(username=name)
    if created or not kept.exists():
        password = secrets.token_urlsafe(12)
        user.set_password(password)
        user.save()
        write_private(Path(kept), password)
    return name, kept.read_text(encoding="utf-8")
