"""Trust measurements as evidence holds them: of three methods, of which one ignores the weights."""

from auditor.explain.trust.documents import Agreement, MethodTrust, NamedMeasure, Trust, Verdict
from tests.documents.factory import measure

FRACTIONS = tuple(step / 8 for step in range(9))
_DECIDED_BY = {
    "faithfulness": "gain",
    "sanity": "randomised",
    "stability": "max_sensitivity",
    "completeness": "completeness",
}
_ASPECTS = ("faithfulness", "sanity", "stability")


def trust() -> Trust:
    """Return measurements in which Occlusion passes, Grad-CAM is undecided and the third fails its sanity test."""
    return Trust(
        items=48,
        fractions=FRACTIONS,
        stages=("head", "features.6", "features.3", "features.0"),
        methods=(
            _method("grad_cam", 0.08, 0.3, ("undecided", "passed", "passed"), 2),
            _method(
                "integrated_gradients", -0.02, 0.92, ("failed", "failed", "passed"), 3, completeness="passed"
            ),
            _method("occlusion", 0.21, 0.05, ("passed", "passed", "passed"), 1),
        ),
        random=MethodTrust(
            method="random",
            measures=_measures(deletion=0.55, insertion=0.5),
            deletion=_falling(0.4),
            insertion=_falling(0.5)[::-1],
        ),
        agreement=(
            _pair("grad_cam", "integrated_gradients", 0.12),
            _pair("grad_cam", "occlusion", 0.64),
            _pair("integrated_gradients", "occlusion", 0.2),
        ),
    )


def _method(name, gain, randomised, outcomes, rank, **more) -> MethodTrust:
    verdicts = dict(zip(_ASPECTS, outcomes, strict=True)) | more
    return MethodTrust(
        method=name,
        measures=_measures(
            deletion=0.5 - gain, insertion=0.5 + gain, gain=gain, infidelity=0.5 - gain, sensitivity_n=0.3 + gain,
            randomised=randomised, other_class=0.1, other_item=0.2, max_sensitivity=0.05,
            region_mass=0.6, region_rank=0.55, region_hit=0.8, region_area=0.28,
        ),
        deletion=_falling(1.0 + 4 * gain),
        insertion=_falling(1.0 - gain)[::-1],
        randomised=tuple(measure(1 - (1 - randomised) * stage / 4, n=12) for stage in range(1, 5)),
        verdicts=tuple(
            Verdict(aspect=aspect, outcome=outcome, measure=_DECIDED_BY[aspect], threshold=0.0)
            for aspect, outcome in verdicts.items()
        ),
        trusted=set(outcomes) == {"passed"},
        rank=rank,
    )  # fmt: skip


def _measures(**values: float) -> tuple[NamedMeasure, ...]:
    return tuple(NamedMeasure(name=name, measure=_measure(value)) for name, value in values.items())


def _measure(value: float):
    return measure(value, low=value - 0.04, high=value + 0.04, n=48, method="mean over items")


def _pair(first: str, second: str, value: float) -> Agreement:
    return Agreement(first=first, second=second, measure=_measure(value))


def _falling(power: float) -> tuple[float, ...]:
    return tuple(0.05 + 0.9 * (1 - share) ** power for share in FRACTIONS)
