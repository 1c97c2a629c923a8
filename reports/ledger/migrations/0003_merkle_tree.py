"""The chain becomes a Merkle tree: leaf hashes instead of chained ones, and the hashes of complete subtrees.

A chain that is already broken is refused, since hashing it anew would hide that. The triggers are off only inside
this transaction.
"""

from collections.abc import Iterator
from itertools import islice

from django.db import migrations, models

from auditor.common.digest import digest_of
from auditor.common.errors import Corrupt
from auditor.common.merkle import GrowingTree
from reports.ledger.leaf import Leaf

BATCH = 2000
GENESIS = "0" * 64

OPEN = "ALTER TABLE ledger_entry DISABLE TRIGGER USER"
CLOSE = "ALTER TABLE ledger_entry ENABLE TRIGGER USER"
GUARD_NODES = """
CREATE TRIGGER ledger_node_append_only BEFORE UPDATE OR DELETE ON ledger_node
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_node_no_truncate BEFORE TRUNCATE ON ledger_node
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
"""
FREE_NODES = """
DROP TRIGGER ledger_node_append_only ON ledger_node;
DROP TRIGGER ledger_node_no_truncate ON ledger_node;
"""


def to_tree(apps, schema_editor):
    node_class, tree, previous = apps.get_model("ledger", "Node"), GrowingTree(), GENESIS
    for batch in batches(apps):
        updates = []
        for entry in batch:
            if entry.previous != previous or entry.hash != chained(entry, previous):
                raise Corrupt(
                    f"The ledger's chain is broken at entry {entry.position}, so it was not migrated; restore it "
                    "from a backup."
                )
            previous = entry.hash
            leaf = Leaf(entry.position, entry.kind, entry.body, entry.recorded_at).hash
            updates.append((leaf, entry.position))
        finished = tree.grow([bytes.fromhex(leaf) for leaf, _ in updates])
        nodes = [node_class(level=level, index=index, hash=node) for (level, index), node in finished.items()]
        execute(schema_editor, "UPDATE ledger_entry SET hash = %s WHERE position = %s", updates)
        node_class.objects.bulk_create(nodes, batch_size=BATCH)


def to_chain(apps, schema_editor):
    previous = GENESIS
    for batch in batches(apps):
        updates = []
        for entry in batch:
            hash_ = chained(entry, previous)
            updates.append((previous, hash_, entry.position))
            previous = hash_
        execute(
            schema_editor, "UPDATE ledger_entry SET previous = %s, hash = %s WHERE position = %s", updates
        )


def chained(entry, previous: str) -> str:
    return digest_of(
        {
            "position": entry.position,
            "previous": previous,
            "kind": entry.kind,
            "body": entry.body,
            "recorded_at": entry.recorded_at,
        }
    )


def batches(apps) -> Iterator[list]:
    entries = apps.get_model("ledger", "Entry").objects.order_by("position").iterator(chunk_size=BATCH)
    while batch := list(islice(entries, BATCH)):
        yield batch


def execute(schema_editor, statement: str, rows: list[tuple]) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany(statement, rows)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_append_only")]
    operations = [
        migrations.RunSQL(OPEN, CLOSE),
        migrations.CreateModel(
            name="Node",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level", "index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.PositiveSmallIntegerField()),
                ("index", models.PositiveBigIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.AlterField("entry", "previous", models.CharField(max_length=64, unique=True, null=True)),
        migrations.AlterField("entry", "hash", models.CharField(max_length=64)),
        migrations.RunPython(to_tree, to_chain),
        migrations.RemoveField("entry", "previous"),
        migrations.RunSQL([CLOSE, GUARD_NODES], [FREE_NODES, OPEN]),
    ]
