"""The plans that come with the product: a name means a depth, the methods follow from the kind of input."""

from pydantic import JsonValue

from auditor.common.errors import Refused
from auditor.common.said import say
from auditor.explain.plan import MethodPlan, Plan
from auditor.explain.robustness.catalog import graded, planned
from auditor.explain.robustness.settings import RobustnessPlan
from auditor.explain.spec import Modality

NAMES = ("standard", "quick", "thorough")
_QUICK: dict[Modality, tuple[str, ...]] = {
    "image": ("noise", "blur", "curve", "compression", "shift"),
    "volume": ("noise", "curve", "shift"),
}


def plan_of(name: str, kind: Modality) -> Plan:
    """Return a plan of the product for a kind of input; raises Refused for an unknown name."""
    check_name(name)
    methods = {"image": _image, "volume": _volume, "table": _table, "graph": _graph}[kind](name)
    shapes: dict[str, dict[str, JsonValue]] = {
        "standard": {},
        "quick": {"resamples": 300, "grid": 6, "gallery": 8},
        "thorough": {"resamples": 2000},
    }
    suited: dict[Modality, dict[str, JsonValue]] = {
        "volume": {"grid": 4},
        "table": {"batch_size": 1024, "shard_size": 32},  # rows are small, and calls of a forest are not
    }
    return Plan.model_validate(
        {
            "name": name,
            "methods": methods,
            "survey": _survey(name, kind),
            "robustness": _robustness(name, kind),
            **shapes[name],
            **suited.get(kind, {}),
        }
    )


def _survey(name: str, kind: Modality) -> dict[str, JsonValue]:
    """Return what is asked about the whole: importances of columns always, of image regions where time allows."""
    if kind == "table":
        few: dict[str, JsonValue] = {"rows": 200, "orders": 128, "curves": 4} if name == "quick" else {}
        return {"importance": few, "counterfactuals": 12}
    if kind == "graph":
        return {"counterfactuals": 0}
    searched = {"quick": 2, "standard": 4, "thorough": 12}[name]
    regions: dict[str, JsonValue] = {"budget": 2000 if name == "thorough" else 400}
    if kind == "image" and name == "thorough":
        regional: dict[str, JsonValue] = {
            "rows": 100,
            "background": 4,
            "repeats": 2,
            "orders": 64,
            "curves": 2,
        }
        return {"importance": regional, "counterfactuals": searched, "regions": regions}
    return {"counterfactuals": searched, "regions": regions}


def _robustness(name: str, kind: Modality) -> RobustnessPlan:
    """Return graded changes at documented doses: all of them but where the audit has to be quick."""
    if name == "quick" and kind in _QUICK:
        return RobustnessPlan(items=200, explained=8, changes=graded(kind, _QUICK[kind], (2, 3, 4)))
    return RobustnessPlan(explained=48 if name == "thorough" else 24, changes=planned(kind))


def check_name(name: str) -> None:
    """Raise Refused for a name that no plan has."""
    if name not in NAMES:
        raise Refused(
            say("There is no plan %(name)s; the plans are %(plans)s.", name=repr(name), plans=sorted(NAMES))
        )


def _image(name: str) -> tuple[MethodPlan, ...]:
    window = 24 if name == "quick" else 16
    first = (
        MethodPlan(name="grad_cam"),
        _integrated(name, baseline=0.0),
        MethodPlan(name="occlusion", parameters={"window": window, "stride": window // 2, "baseline": 0.0}),
    )
    if name != "thorough":
        return first
    return (
        *first,
        MethodPlan(name="grad_cam_plus_plus"),
        MethodPlan(name="lrp"),
        *_comparing(),
        *_sampling("superpixels"),
    )


def _volume(name: str) -> tuple[MethodPlan, ...]:
    first = (
        MethodPlan(name="grad_cam"),
        _integrated(name, baseline=0.0),
        MethodPlan(
            name="occlusion", parameters={"window": 8, "stride": 8 if name == "quick" else 4, "baseline": 0.0}
        ),
    )
    if name != "thorough":
        return first
    return (
        *first,
        MethodPlan(name="grad_cam_plus_plus"),
        MethodPlan(name="lrp"),
        *_comparing(),
        *_sampling("grid"),
    )


def _table(name: str) -> tuple[MethodPlan, ...]:
    shapley = MethodPlan(name="kernel_shap", parameters={"missing": "background"})
    if name == "quick":
        return (_integrated(name), shapley)
    first = (_integrated(name), shapley, MethodPlan(name="lime"))
    if name == "standard":
        return first
    sampled = MethodPlan(name="shapley_sampling", parameters={"permutations": 64, "missing": "background"})
    return (*first, MethodPlan(name="occlusion"), MethodPlan(name="lrp"), *_comparing(), sampled)


def _graph(name: str) -> tuple[MethodPlan, ...]:
    first = (MethodPlan(name="gnn_explainer"), _integrated(name), MethodPlan(name="occlusion"))
    if name == "quick":
        return first
    sampled = MethodPlan(
        name="shapley_sampling", parameters={"permutations": 256 if name == "thorough" else 64}
    )
    return (*first, sampled) if name == "standard" else (*first, sampled, *_comparing())


def _integrated(name: str, **parameters: JsonValue) -> MethodPlan:
    steps = {"quick": 24, "standard": 64, "thorough": 128}[name]
    return MethodPlan(name="integrated_gradients", parameters={"steps": steps, **parameters})


def _comparing() -> tuple[MethodPlan, ...]:
    return (
        MethodPlan(name="deep_lift"),
        MethodPlan(name="deep_shap"),
        MethodPlan(name="gradient_shap", parameters={"samples": 256}),
        MethodPlan(name="smooth_grad", parameters={"samples": 64}),
    )


def _sampling(cut: str) -> tuple[MethodPlan, ...]:
    return (
        MethodPlan(name="shapley_sampling", parameters={"permutations": 64, "cut": cut}),
        MethodPlan(name="kernel_shap", parameters={"samples": 1024, "cut": cut}),
        MethodPlan(name="lime", parameters={"samples": 512, "cut": cut}),
    )
