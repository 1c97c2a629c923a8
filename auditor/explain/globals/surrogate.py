"""A small decision tree that imitates the model's decisions from features that a person can name."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.tree import DecisionTreeClassifier

from auditor.explain.bootstrap import Bootstrap, Floats
from auditor.explain.evidence import Feature, ItemRecord, Measure, Surrogate, TreeNode
from auditor.explain.globals.features import FEATURES
from auditor.explain.plan import Plan

_FEWEST = 4  # items of a decision, so that growing, folds and held-out part each see it
_FIDELITY = "share of held-out items on which the tree decides as the model"
_BASELINE = "share of held-out items with the commonest decision of the growing part"


def surrogate(records: Sequence[ItemRecord], plan: Plan) -> Surrogate:
    """Return the tree and its fidelity on items that it was not grown on, or a sentence why there is none.

    The depth is the shallowest of those with the best cross-validated fidelity on the growing part.
    """
    decisions = np.array([record.predicted for record in records], dtype=np.str_)
    reason = _refusal(Counter(decisions.tolist()), plan)
    if reason:
        return _refused(reason)
    chosen = tuple(f for f in FEATURES if all(f.name in record.features for record in records))
    table = np.array([[record.features[f.name] for f in chosen] for record in records])
    grow, hold = train_test_split(
        np.arange(len(records)), test_size=plan.surrogate.held_out, stratify=decisions, random_state=plan.seed
    )
    tree = _grown(table[grow], decisions[grow], plan)
    agrees = (tree.predict(table[hold]) == decisions[hold]).astype(np.float64)
    commonest = sorted(Counter(decisions[grow].tolist()).items(), key=lambda pair: (-pair[1], pair[0]))[0][0]
    always = (decisions[hold] == commonest).astype(np.float64)
    fidelity, baseline = _shares(agrees, always, plan)
    return Surrogate(
        features=chosen,
        nodes=_nodes(tree, chosen, table[grow], decisions[grow]),
        depth=int(tree.get_depth()),
        leaves=int(tree.get_n_leaves()),
        fidelity=fidelity,
        baseline=baseline,
        accepted=fidelity.low is not None and fidelity.low >= plan.surrogate.minimum_fidelity,
    )


def _refusal(counts: Counter[str], plan: Plan) -> str | None:
    if len(counts) < 2:
        return "The model decided every item alike, so there is nothing for a tree to tell apart."
    total, needed = sum(counts.values()), 4 * plan.surrogate.minimum_leaf
    if total < needed:
        return f"The set has {total} items, and a tree that can be checked needs at least {needed}."
    name, fewest = min(counts.items(), key=lambda pair: (pair[1], pair[0]))
    if fewest < _FEWEST:
        return f"Only {fewest} items were decided as {name}, and a tree needs {_FEWEST} of each decision."
    parts = min(total * plan.surrogate.held_out, total * (1 - plan.surrogate.held_out))
    if parts < len(counts):
        return f"The set has {total} items for {len(counts)} decisions, too few to hold some of each back."
    return None


def _refused(reason: str) -> Surrogate:
    return Surrogate(
        features=FEATURES,
        nodes=(),
        depth=0,
        leaves=0,
        fidelity=None,
        baseline=None,
        accepted=False,
        refused=reason,
    )


def _grown(table: Floats, decisions: NDArray[np.str_], plan: Plan) -> Any:
    folds = min(5, min(Counter(decisions.tolist()).values()))
    if folds >= 2:
        split = StratifiedKFold(n_splits=folds, shuffle=True, random_state=plan.seed)
        depths = sorted(plan.surrogate.depths)
        scores = [cross_val_score(_tree(depth, plan), table, decisions, cv=split).mean() for depth in depths]
        depth = depths[int(np.argmax(scores))]
    else:
        depth = min(plan.surrogate.depths)
    return _tree(depth, plan).fit(table, decisions)


def _tree(depth: int, plan: Plan) -> Any:
    return DecisionTreeClassifier(
        max_depth=depth, min_samples_leaf=plan.surrogate.minimum_leaf, random_state=plan.seed % 2**31
    )


def _shares(agrees: Floats, always: Floats, plan: Plan) -> tuple[Measure, Measure]:
    table = np.stack([agrees, always], axis=1)
    fidelity, baseline = Bootstrap.of(plan).means(table, [_FIDELITY, _BASELINE], [True, True])
    return fidelity, baseline


def _nodes(
    tree: Any, chosen: Sequence[Feature], table: Floats, decisions: NDArray[np.str_]
) -> tuple[TreeNode, ...]:
    """Return the nodes in scikit-learn's order, with the growing items that pass through each."""
    inner, passes = tree.tree_, tree.decision_path(table).toarray().astype(bool)  # (items, nodes)
    nodes = []
    for index in range(inner.node_count):
        counts = Counter(decisions[passes[:, index]].tolist())
        leaf = inner.children_left[index] == -1
        nodes.append(
            TreeNode(
                feature=None if leaf else chosen[inner.feature[index]].name,
                threshold=None if leaf else float(inner.threshold[index]),
                left=None if leaf else int(inner.children_left[index]),
                right=None if leaf else int(inner.children_right[index]),
                n=sum(counts.values()),
                counts=dict(sorted(counts.items())),
                decision=str(tree.classes_[int(np.argmax(inner.value[index][0]))]),
            )
        )
    return tuple(nodes)
