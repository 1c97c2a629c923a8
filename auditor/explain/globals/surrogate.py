"""A small decision tree that imitates the model's decisions from features that a person can name."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.tree import DecisionTreeClassifier

from auditor.common.said import say
from auditor.explain.bootstrap import Bootstrap, Floats
from auditor.explain.evidence import ItemRecord
from auditor.explain.globals.documents import Feature, Surrogate, TreeNode, TreeSize
from auditor.explain.globals.rules import LARGEST, checked, rules
from auditor.explain.measure import Measure
from auditor.explain.plan import Plan

Decisions = NDArray[np.str_]
_FEWEST = 4  # items of a decision, so that growing, folds and held-out part each see it
_FIDELITY = say("share of held-out items on which the tree decides as the model")
_BASELINE = say("share of held-out items with the commonest decision of the growing part")


def surrogate(records: Sequence[ItemRecord], features: Sequence[Feature], plan: Plan) -> Surrogate:
    """Return the tree of those features that at least half of the records have; see `surrogate_tree`."""
    chosen = tuple(f for f in features if 2 * sum(f.name in one.features for one in records) >= len(records))
    table = np.array(
        [[record.features.get(f.name, np.nan) for f in chosen] for record in records], dtype=np.float64
    )
    decisions = np.array([record.predicted for record in records], dtype=np.str_)
    return surrogate_tree(chosen, table.reshape(len(records), len(chosen)), decisions, plan)


def surrogate_tree(features: Sequence[Feature], table: Floats, decisions: Decisions, plan: Plan) -> Surrogate:
    """Return the tree and its fidelity on items that it was not grown on, or a sentence why there is none.

    `table` is (items, features): numbers, positions of categories, NaN where missing. `decisions` (items,) are the
    model's. Depth and number of leaves are chosen together by cross-validated fidelity on the growing part: the fewest
    leaves, then the least depth, within one standard error of the best. That costs a small tree for each fold (five at
    most) and size. Fidelity and the rules' agreement are those of the held-out part, which no choice looks at.

    References
    ----------
    M. W. Craven, J. W. Shavlik: Extracting Tree-Structured Representations of Trained Networks. NeurIPS 1995.
    L. Breiman, J. H. Friedman, R. A. Olshen, C. J. Stone: Classification and Regression Trees. 1984, section 3.4.3.
    """
    reason = _refusal(Counter(decisions.tolist()), plan) or _unfit(features, table)
    if reason:
        return _refused(reason, features)
    questions, asked = _questions(features), _answers(features, table)
    grow, hold = train_test_split(
        np.arange(len(table)), test_size=plan.surrogate.held_out, stratify=decisions, random_state=plan.seed
    )
    tried = _tried(asked[grow], decisions[grow], plan)
    size = _smallest(tried)
    tree = _tree(size.depth, size.leaves, plan).fit(asked[grow], decisions[grow])
    agrees = (tree.predict(asked[hold]) == decisions[hold]).astype(np.float64)
    fidelity, baseline = _shares(agrees, decisions[grow], decisions[hold], plan)
    gaps = [bool(np.isnan(answers).any()) for answers in asked.T]
    nodes = _nodes(tree, questions, asked[grow], decisions[grow], gaps)
    accepted = fidelity.low is not None and fidelity.low >= plan.surrogate.minimum_fidelity
    return Surrogate(
        features=tuple(features),
        nodes=nodes,
        depth=int(tree.get_depth()),
        leaves=int(tree.get_n_leaves()),
        fidelity=fidelity,
        baseline=baseline,
        accepted=accepted,
        rules=tuple(
            checked(rule, features, table[hold], decisions[hold], Bootstrap.of(plan), plan.minimum_group)
            for rule in (rules(nodes, features) if accepted else ())
        ),
        tried=tried,
    )


def _refusal(counts: Counter[str], plan: Plan) -> str | None:
    if len(counts) < 2:
        return say("The model decided every item alike, so there is nothing for a tree to tell apart.")
    total, needed = sum(counts.values()), 4 * plan.surrogate.minimum_leaf
    if total < needed:
        return say(
            "The set has %(items)s items, and a tree that can be checked needs at least %(needed)s.",
            items=total,
            needed=needed,
        )
    name, fewest = min(counts.items(), key=lambda pair: (pair[1], pair[0]))
    if fewest < _FEWEST:
        return say(
            "Only %(items)s items were decided as %(decision)s, and a tree needs %(fewest_needed)s "
            "of each decision.",
            items=fewest,
            decision=name,
            fewest_needed=_FEWEST,
        )
    parts = min(total * plan.surrogate.held_out, total * (1 - plan.surrogate.held_out))
    if parts < len(counts):
        return say(
            "The set has %(items)s items for %(decisions)s decisions, too few to hold some of each back.",
            items=total,
            decisions=len(counts),
        )
    return None


def _unfit(features: Sequence[Feature], table: Floats) -> str | None:
    if not features:
        return say("The items have no feature in common, so there is nothing that a tree could ask.")
    with np.errstate(over="ignore"):
        endless = np.isinf(table.astype(np.float32)).any(axis=0)
    if endless.any():
        return say(
            "The feature %(feature)s holds a value too large for a tree to compare.",
            feature=repr(features[int(endless.argmax())].name),
        )
    return None


def _refused(reason: str, features: Sequence[Feature]) -> Surrogate:
    return Surrogate(
        features=tuple(features),
        nodes=(),
        depth=0,
        leaves=0,
        fidelity=None,
        baseline=None,
        accepted=False,
        refused=reason,
    )


class Question(NamedTuple):
    """What a tree may ask: a feature's number, or whether it is a category."""

    feature: Feature
    category: str | None


def _questions(features: Sequence[Feature]) -> list[Question]:
    return [Question(feature, name) for feature in features for name in feature.categories or (None,)]


def _answers(features: Sequence[Feature], table: Floats) -> Floats:
    """Return the answer to each question (items, questions)."""
    return np.column_stack(
        [
            values[:, None] == np.arange(len(feature.categories)) if feature.categories else values
            for feature, values in zip(features, table.T, strict=True)
        ]
    ).astype(np.float64)


def _tried(table: Floats, decisions: Decisions, plan: Plan) -> tuple[TreeSize, ...]:
    """Return each size with its cross-validated fidelity; the smallest alone where items are too few for folds."""
    folds = min(5, min(Counter(decisions.tolist()).values()))
    sizes = sorted(
        {
            (min(depth, leaves - 1), min(leaves, 2**depth))
            for depth in plan.surrogate.depths
            for leaves in plan.surrogate.leaves
        }
    )
    if folds < 2:
        return (TreeSize(depth=sizes[0][0], leaves=sizes[0][1]),)
    split = StratifiedKFold(n_splits=folds, shuffle=True, random_state=plan.seed)
    found = []
    for depth, leaves in sizes:
        scores = cross_val_score(_tree(depth, leaves, plan), table, decisions, cv=split)
        error = float(scores.std(ddof=1)) / math.sqrt(folds)
        found.append(TreeSize(depth=depth, leaves=leaves, fidelity=float(scores.mean()), error=error))
    return tuple(found)


def _smallest(tried: Sequence[TreeSize]) -> TreeSize:
    best = max(tried, key=lambda size: size.fidelity or 0.0)
    least = (best.fidelity or 0.0) - (best.error or 0.0)
    near = [size for size in tried if (size.fidelity or 0.0) >= least]
    return min(near, key=lambda size: (size.leaves, size.depth))


def _tree(depth: int, leaves: int, plan: Plan) -> Any:
    return DecisionTreeClassifier(
        max_depth=depth,
        max_leaf_nodes=leaves,
        min_samples_leaf=plan.surrogate.minimum_leaf,
        random_state=plan.seed % 2**31,
    )


def _shares(agrees: Floats, grown: Decisions, held: Decisions, plan: Plan) -> tuple[Measure, Measure]:
    commonest = min(Counter(grown.tolist()).items(), key=lambda pair: (-pair[1], pair[0]))[0]
    table = np.stack([agrees, (held == commonest).astype(np.float64)], axis=1)
    fidelity, baseline = Bootstrap.of(plan).means(table, [_FIDELITY, _BASELINE], [True, True])
    return fidelity, baseline


def _nodes(
    tree: Any, questions: Sequence[Question], table: Floats, decisions: Decisions, gaps: Sequence[bool]
) -> tuple[TreeNode, ...]:
    """Return the nodes in scikit-learn's order, with the growing items that pass through each.

    `gaps` says to which questions some item has no answer; what is known alone goes left at an infinite threshold.
    """
    inner, passes = tree.tree_, tree.decision_path(table).toarray().astype(bool)  # (items, nodes)
    nodes = []
    for index in range(inner.node_count):
        counts = Counter(decisions[passes[:, index]].tolist())
        leaf = inner.children_left[index] == -1
        asked = None if leaf else questions[inner.feature[index]]
        nodes.append(
            TreeNode(
                feature=None if asked is None else asked.feature.name,
                threshold=None if leaf else min(float(inner.threshold[index]), LARGEST),
                left=None if leaf else int(inner.children_left[index]),
                right=None if leaf else int(inner.children_right[index]),
                n=sum(counts.values()),
                counts=dict(sorted(counts.items())),
                decision=str(tree.classes_[int(np.argmax(inner.value[index][0]))]),
                category=None if asked is None else asked.category,
                missing_left=bool(inner.missing_go_to_left[index])
                if asked is not None and gaps[inner.feature[index]]
                else None,
            )
        )
    return tuple(nodes)
