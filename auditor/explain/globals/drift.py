"""Whether a new set lies where a reference lies, in the space of principal components."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from scipy.stats import ks_2samp

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.bootstrap import Bootstrap, Floats, ratio, undefined
from auditor.explain.globals.documents import ComponentDrift, Components, Drift
from auditor.explain.globals.pca import Scaling, principal_components
from auditor.explain.measure import Measure

_METHOD = say(
    "Kolmogorov-Smirnov test a component, Holm's correction; energy distance with a permutation test; "
    "reconstruction error against a limit from the reference"
)
_SHIFT = say("difference of mean scores in standard deviations of the reference")
_BEYOND = say("share of new items reconstructed worse than the limit")
_MOST = 1000  # items of each set in the energy test
_EXPECTED = 0.05
_SAME = 1e-9


def drift(
    components: Components,
    reference: Floats,
    new: Floats,
    bootstrap: Bootstrap,
    names: Sequence[str] | None = None,
) -> Drift:
    """Return how `new` (items, numbers) differs from `reference` (items, numbers), columns as for the components.

    `reference` must be items that the components were not found on: those lie closer to their own components than
    other items do, most of all where items are few, and drift would be overstated. See `drift_of_sets`.
    A missing value is replaced by the mean of the components' set. The energy test takes 1000 items of each set at
    most, drawn by the seed, and as many permutations as the bootstrap has resamples, less one. `limit` is the
    conformal quantile of the reference's errors, which needs 19 items.

    References
    ----------
    G. J. Szekely, M. L. Rizzo: Testing for Equal Distributions in High Dimension. InterStat, 2004. S. Holm: A Simple
    Sequentially Rejective Multiple Test Procedure. Scandinavian Journal of Statistics 6, 1979. J. E. Jackson, G. S.
    Mudholkar: Control Procedures for Residuals Associated with Principal Component Analysis. Technometrics 21, 1979;
    its limit here by order statistics as in V. Vovk, A. Gammerman, G. Shafer: Algorithmic Learning in a Random World.
    Springer 2005.
    """
    if min(len(reference), len(new)) < 2:
        raise Refused(say("Drift needs at least two items in the reference and two in the new set."))
    names = names or [say("column %(number)s", number=index + 1) for index in range(new.shape[1])]
    (old_scores, old_errors), (new_scores, new_errors) = (
        _projected(components, rows, names) for rows in (reference, new)
    )
    spread = np.sqrt(components.variances)
    energy, p_value = _energy_test(old_scores / spread, new_scores / spread, bootstrap)
    limit = _limit(old_errors)
    return Drift(
        reference=len(reference),
        new=len(new),
        components=_by_component(old_scores, new_scores, bootstrap),
        energy=energy,
        p_value=p_value,
        permutations=bootstrap.resamples - 1,
        seed=bootstrap.seed,
        limit=limit,
        beyond=_beyond(new_errors, limit, len(reference), bootstrap),
        moved=_moved(components, new, names),
        imputed=int(np.isnan(new[:, _places(components, names)]).sum()),
        method=_METHOD,
    )


def drift_of_sets(
    reference: Floats,
    new: Floats,
    most: int,
    bootstrap: Bootstrap,
    *,
    names: Sequence[str] | None = None,
    scaling: Scaling = "standardised",
) -> Drift:
    """Return how `new` differs from `reference`: components of one half of the reference, tests on the other half.

    The halves are drawn by the seed. Raises Refused where the reference has fewer than six items.
    """
    if len(reference) < 6:
        raise Refused(
            say(
                "The reference has %(reference)s items, and drift needs at least six.",
                reference=len(reference),
            )
        )
    order = np.random.default_rng(bootstrap.seed).permutation(len(reference))
    half = len(reference) // 2
    few = Bootstrap(2, bootstrap.confidence, bootstrap.seed)
    found = principal_components(reference[order[:half]], most, few, names=names, scaling=scaling)
    return drift(found, reference[order[half:]], new, bootstrap, names)


def _places(components: Components, names: Sequence[str]) -> NDArray[np.int64]:
    place = {name: index for index, name in enumerate(names)}
    lacking = [name for name in (*components.columns, *components.fixed) if name not in place]
    if lacking:
        raise Refused(
            say(
                "The set lacks the column %(column)s that the components were found on; add it.",
                column=repr(lacking[0]),
            )
        )
    return np.array([place[name] for name in components.columns], dtype=np.int64)


def _projected(components: Components, rows: Floats, names: Sequence[str]) -> tuple[Floats, Floats]:
    """Return scores (items, components) and the mean squared error of what they leave out (items,)."""
    chosen = rows[:, _places(components, names)]
    if np.isinf(chosen).any():
        raise Refused(say("The set holds an infinite value; replace it before it is compared."))
    scaled = np.nan_to_num((chosen - components.mean) / np.asarray(components.scale))
    loadings = np.asarray(components.loadings)
    scores = scaled @ loadings.T
    errors = ((scaled - scores @ loadings) ** 2).mean(axis=1)
    return scores, np.where(errors > _SAME**2 * (scaled**2).mean(), errors, 0.0)


def _by_component(old: Floats, new: Floats, bootstrap: Bootstrap) -> tuple[ComponentDrift, ...]:
    tests = [ks_2samp(a, b) for a, b in zip(old.T, new.T, strict=True)]
    adjusted = holm(np.array([test.pvalue for test in tests]))
    return tuple(
        ComponentDrift(
            component=index + 1,
            shift=shift,
            statistic=float(test.statistic),
            p_value=float(test.pvalue),
            adjusted=p,
        )
        for index, (shift, test, p) in enumerate(
            zip(_shifts(old, new, bootstrap), tests, adjusted.tolist(), strict=True)
        )
    )


def _shifts(old: Floats, new: Floats, bootstrap: Bootstrap) -> list[Measure]:
    sets = np.repeat([0, 1], [len(old), len(new)])

    def statistic(counts: Floats) -> Floats:
        first, second = counts[:, : len(old)], counts[:, len(old) :]
        mean = first @ old / len(old)
        spread = np.sqrt(np.maximum(first @ old**2 / len(old) - mean**2, 0) * len(old) / (len(old) - 1))
        return ratio(second @ new / len(new) - mean, spread)

    values = statistic(np.ones((1, len(sets))))[0]
    replicates = bootstrap.replicates(statistic, sets)
    return [
        bootstrap.measure(
            float(value), replicate, len(sets), _SHIFT, how=(say("items resampled within each set"),)
        )
        if np.isfinite(value)
        else undefined(None, len(sets), _SHIFT, say("the reference does not vary along this component"))
        for value, replicate in zip(values, replicates.T, strict=True)
    ]


def holm(p_values: Floats) -> Floats:
    """Return p-values adjusted for their number by Holm's step-down procedure (1979)."""
    order = np.argsort(p_values, kind="stable")
    steps = np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1))
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def _energy_test(old: Floats, new: Floats, bootstrap: Bootstrap) -> tuple[float, float]:
    rng = np.random.default_rng(bootstrap.seed)
    old, new = (rows[rng.permutation(len(rows))[:_MOST]] for rows in (old, new))
    pooled = np.concatenate((old, new))
    distances = cdist(pooled, pooled)
    first = np.zeros((bootstrap.resamples, len(pooled)))
    first[:, : len(old)] = 1
    first[1:] = rng.permuted(first[1:], axis=1)
    signs = first / len(old) - (1 - first) / len(new)
    # 2 E|X - Y| - E|X - X'| - E|Y - Y'| is minus the quadratic form of 1/n on the one set and -1/m on the other
    energies = -((signs @ distances) * signs).sum(axis=1)
    as_large = int((energies >= energies[0] * (1 - _SAME)).sum())
    return max(float(energies[0]), 0.0), as_large / bootstrap.resamples


def _limit(errors: Floats) -> float | None:
    place = math.ceil((len(errors) + 1) * (1 - _EXPECTED))
    return float(np.sort(errors)[place - 1]) if place <= len(errors) else None


def _beyond(errors: Floats, limit: float | None, reference: int, bootstrap: Bootstrap) -> Measure:
    if limit is None:
        return undefined(
            None,
            len(errors),
            _BEYOND,
            say("the limit needs 19 items, and the reference has %(reference)s", reference=reference),
        )
    return bootstrap.share(
        int((errors > limit * (1 + _SAME)).sum()), len(errors), _BEYOND, (say("the limit held fixed"),)
    )


def _moved(components: Components, new: Floats, names: Sequence[str]) -> tuple[str, ...]:
    place = {name: index for index, name in enumerate(names)}
    found = []
    for name, value in components.fixed.items():
        known = new[:, place[name]][np.isfinite(new[:, place[name]])]
        if len(known) and (value is None or not np.allclose(known, value, rtol=_SAME, atol=0)):
            found.append(names[place[name]])
    return tuple(found)
