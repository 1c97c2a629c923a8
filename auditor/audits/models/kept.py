"""Rows that are written once: the database refuses to change or remove them, and so do we."""

from typing import Any, NoReturn

from django.db import models


class Kept(models.Model):
    """A row of a history."""

    class Meta:
        abstract = True

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise: nothing leaves a history."""
        raise TypeError("rows of a history are never deleted")
