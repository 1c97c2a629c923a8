"""How a plan cuts a set into shards: without torch, so that a web process can count them."""

from auditor.explain.plan import Plan


def shards(plan: Plan, items: int) -> list[range]:
    """Return the item indices of each shard, in order; a shard is a run of consecutive items."""
    size = plan.shard_size
    return [range(first, min(first + size, items)) for first in range(0, items, size)]
