"""The surroundings of a re-trace: what is installed and computed with now, against what was recorded."""

from importlib.metadata import PackageNotFoundError, version

from auditor.explain.assembly import software
from reports.decisions.recording.draft import DecisionDraft
from reports.decisions.retracing.compare import differences
from reports.decisions.retracing.documents import Difference


def packages_now() -> dict[str, str]:
    """Return the versions that the numbers of a re-trace depend on."""
    return dict(software().packages)


def surroundings_differ(facts: DecisionDraft, spec_digest: str, device: str) -> tuple[Difference, ...]:
    """Return which packages, class of device and preparation of the input are not as they were recorded."""
    recorded = {
        "device": facts.environment.device.lower().partition(":")[0],
        "preprocessing": facts.preprocessing or "",
        **facts.environment.packages,
    }
    now = {
        "device": device,
        "preprocessing": spec_digest,
        **{name: _installed(name) for name in facts.environment.packages},
    }
    return differences(recorded, now)


def _installed(name: str) -> str:
    try:
        return version(name)
    except (PackageNotFoundError, ValueError):
        return ""
