"""The surrogate tree as rules in words: one sentence a leaf, and how often it holds on items held out."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from auditor.common.said import Figure, Said, Value, all_of, one_of, say
from auditor.explain.bootstrap import Bootstrap, Floats
from auditor.explain.globals.documents import Condition, Feature, Rule, TreeNode

_AGREEMENT = say("share of held-out items under the rule that the model decides so")
_IF_MOSTLY = say(
    "If %(asked)s, then the model mostly decides '%(decision)s' (%(agreeing)s of %(n)s items that the tree was grown "
    "on)."
)
_IF_OFTEN = say(
    "If %(asked)s, then the model most often decides '%(decision)s' (%(agreeing)s of %(n)s items that the tree was "
    "grown on)."
)
_MOSTLY = say(
    "Whatever the item, the model mostly decides '%(decision)s' (%(agreeing)s of %(n)s items that the tree was grown "
    "on)."
)
_OFTEN = say(
    "Whatever the item, the model most often decides '%(decision)s' (%(agreeing)s of %(n)s items that the tree was "
    "grown on)."
)
LARGEST = float(np.finfo(np.float32).max)  # as a threshold: what is known goes left, what is missing right
Step = tuple[TreeNode, bool]  # a question on the way to a leaf, and whether the way goes left


def rules(nodes: Sequence[TreeNode], features: Sequence[Feature]) -> tuple[Rule, ...]:
    """Return one rule for each leaf, from left to right, with what is asked of a feature merged into one condition."""
    by_name = {feature.name: feature for feature in features}
    return tuple(_rule(leaf, nodes[leaf], way, by_name) for leaf, way in _ways(nodes, 0, ())) if nodes else ()


def holds(rule: Rule, features: Sequence[Feature], table: Floats) -> NDArray[np.bool_]:
    """Return which items (items,) of a table (items, features) fulfil all conditions of a rule."""
    place = {feature.name: index for index, feature in enumerate(features)}
    fulfilled = np.ones(len(table), dtype=np.bool_)
    for condition in rule.conditions:
        index = place[condition.feature]
        values = table[:, index].astype(np.float32).astype(np.float64)  # as the tree compares them
        fulfilled &= _fulfilled(condition, features[index], values)
    return fulfilled


def checked(
    rule: Rule,
    features: Sequence[Feature],
    table: Floats,
    decisions: NDArray[np.str_],
    bootstrap: Bootstrap,
    minimum: int,
) -> Rule:
    """Return a rule with its agreement on items that the tree was not grown on, where `minimum` or more fulfil it."""
    under = holds(rule, features, table)
    n, hits = int(under.sum()), int((decisions[under] == rule.decision).sum())
    if n < max(minimum, 1):
        return rule.model_copy(update={"held_out": n})
    agreement = bootstrap.share(hits, n, _AGREEMENT)
    text = say(
        "%(rule)s Of %(n)s held-out items under this rule, the model decided %(hits)s so.",
        rule=rule.text,
        n=n,
        hits=hits,
    )
    return rule.model_copy(update={"held_out": n, "agreement": agreement, "text": text})


def _fulfilled(condition: Condition, feature: Feature, values: Floats) -> NDArray[np.bool_]:
    if condition.category is not None:
        return np.asarray(values == feature.categories.index(condition.category))
    if condition.others:
        return ~np.isin(values, [feature.categories.index(name) for name in condition.others])
    low = -np.inf if condition.above is None else condition.above
    high = np.inf if condition.most is None else condition.most
    return ((values > low) & (values <= high)) | (np.isnan(values) & condition.missing)


def _ways(
    nodes: Sequence[TreeNode], index: int, way: tuple[Step, ...]
) -> Iterator[tuple[int, tuple[Step, ...]]]:
    node = nodes[index]
    if node.left is None or node.right is None:
        yield index, way
        return
    yield from _ways(nodes, node.left, (*way, (node, True)))
    yield from _ways(nodes, node.right, (*way, (node, False)))


def _rule(leaf: int, node: TreeNode, way: Sequence[Step], features: dict[str, Feature]) -> Rule:
    names = dict.fromkeys(step.feature for step, _ in way if step.feature is not None)
    conditions = tuple(_merged(name, [step for step in way if step[0].feature == name]) for name in names)
    agreeing = node.counts.get(node.decision, 0)
    return Rule(
        leaf=leaf,
        conditions=conditions,
        decision=node.decision,
        n=node.n,
        agreeing=agreeing,
        text=_sentence(conditions, features, node, agreeing),
    )


def _merged(name: str, steps: Sequence[Step]) -> Condition:
    is_category = [node.category for node, left in steps if node.category is not None and not left]
    if is_category:
        return Condition(feature=name, category=is_category[0])
    others = tuple(node.category for node, _ in steps if node.category is not None)
    if others:
        return Condition(feature=name, others=others)
    above = [node.threshold for node, left in steps if not left and node.threshold is not None]
    most = [node.threshold for node, left in steps if left and node.threshold is not None]
    low, high = max(above, default=None), min(most, default=None)
    return Condition(
        feature=name,
        above=low,
        most=None if low is not None and high == LARGEST else high,
        missing=all(node.missing_left is left for node, left in steps),
    )


def _sentence(
    conditions: Sequence[Condition], features: dict[str, Feature], node: TreeNode, agreeing: int
) -> str:
    numbers: dict[str, Value] = {"decision": node.decision, "agreeing": agreeing, "n": node.n}
    mostly = 2 * agreeing > node.n
    if not conditions:
        return Said((_MOSTLY if mostly else _OFTEN).template, numbers)
    asked = all_of([_words(condition, features[condition.feature]) for condition in conditions])
    return Said((_IF_MOSTLY if mostly else _IF_OFTEN).template, {"asked": asked, **numbers})


def _words(condition: Condition, feature: Feature) -> Said:
    name = feature.title
    if condition.category is not None:
        return say("'%(feature)s' is '%(category)s'", feature=name, category=condition.category)
    if condition.others:
        quoted = one_of([say("'%(category)s'", category=other) for other in condition.others])
        return say("'%(feature)s' is not %(categories)s", feature=name, categories=quoted)
    if LARGEST in (condition.above, condition.most):
        if condition.missing:
            return say("'%(feature)s' is missing", feature=name)
        return say("'%(feature)s' is known", feature=name)
    asked = _within(name, condition)
    if feature.unit:
        asked = say("%(condition)s (%(unit)s)", condition=asked, unit=feature.unit)
    return say("%(condition)s or is missing", condition=asked) if condition.missing else asked


def _within(name: str, condition: Condition) -> Said:
    low, high = (Figure(float(f"{end or 0.0:.4g}")) for end in (condition.above, condition.most))
    if condition.above is None:
        return say("'%(feature)s' is at most %(high)s", feature=name, high=high)
    if condition.most is None:
        return say("'%(feature)s' is above %(low)s", feature=name, low=low)
    return say("'%(feature)s' is above %(low)s and at most %(high)s", feature=name, low=low, high=high)
