"""The tables of the log; the database itself refuses to change or remove what is in them."""

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.ledger.leaf import Leaf


class Entry(models.Model):
    """One entry: a kind, a body of digests and ids, and its place in the log; `hash` is that of its leaf."""

    position = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=50)
    body = models.JSONField()
    subject = models.CharField(
        max_length=64, db_index=True, help_text=_("The digest that the entry is about.")
    )
    recorded_at = models.CharField(max_length=20)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"entry {self.position}"

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise: nothing leaves the ledger."""
        raise TypeError("ledger entries are never deleted")

    @property
    def leaf(self) -> Leaf:
        """Return what the entry says, as its leaf has it."""
        return Leaf(self.position, self.kind, self.body, self.recorded_at)


class Node(models.Model):
    """The hash of a complete subtree over 2**level entries, from index * 2**level on, counted from 0.

    Levels count from 1: the hashes of leaves are those of the entries.
    """

    pk = models.CompositePrimaryKey("level", "index")
    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    hash = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"node {self.level}, {self.index}"

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise: nothing leaves the ledger."""
        raise TypeError("the tree of the ledger is never deleted")
