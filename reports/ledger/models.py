"""The table of the log; the database itself refuses to change or remove what is in it."""

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.ledger.chain import Link


class Entry(models.Model):
    """One entry: a kind, a body of digests and ids, and its place in the chain."""

    position = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=50)
    body = models.JSONField()
    subject = models.CharField(
        max_length=64, db_index=True, help_text=_("The digest that the entry is about.")
    )
    recorded_at = models.CharField(max_length=20)
    previous = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"entry {self.position}"

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise: nothing leaves the ledger."""
        raise TypeError("ledger entries are never deleted")

    @property
    def link(self) -> Link:
        """Return the entry as the chain sees it."""
        return Link(self.position, self.previous, self.kind, self.body, self.recorded_at, self.hash)
