"""Identity leaves the files of a set, and an account is kept of what was taken out of how many."""

from collections import Counter
from collections.abc import Iterable, Sequence

from auditor.common.said import Said, ours, say
from auditor.explain.formats.deidentify import deidentified
from auditor.explain.formats.nifti import free_text
from auditor.explain.spec import Deidentification

_NIFTI = say("NIfTI header text and extensions dropped")


class Identity:
    """Cleans the files of one set; a person has one pseudonym in all of them."""

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._profiles: set[Said] = set()
        self._files = self._burned_in = 0
        self._removed: Counter[str] = Counter()
        self._replaced: Counter[str] = Counter()

    def dicom(self, content: bytes, name: str) -> bytes:
        """Return a DICOM file without identity; raises Refused naming the file."""
        found = deidentified(content, name, self._salt)
        self._count(found.profile, found.removed, found.replaced)
        self._burned_in += bool(found.burned_in or found.suspicion)
        return found.content

    def nifti(self, content: bytes) -> None:
        """Count a NIfTI file, of which only voxels and geometry are kept."""
        self._count(_NIFTI, [f"NIfTI {field}" for field in free_text(content)], [])

    @property
    def account(self) -> Deidentification | None:
        """What was taken out so far; None before the first file."""
        if not self._files:
            return None
        return Deidentification(
            profile=_together(sorted(self._profiles, reverse=True)),
            files=self._files,
            removed=dict(sorted(self._removed.items())),
            replaced=dict(sorted(self._replaced.items())),
            burned_in=self._burned_in,
        )

    def _count(self, profile: str, removed: Iterable[str], replaced: Iterable[str]) -> None:
        self._files += 1
        self._profiles.add(ours(profile))
        self._removed.update(set(removed))
        self._replaced.update(set(replaced))


def _together(profiles: Sequence[Said]) -> Said:
    first, *rest = profiles
    return say("%(first)s; %(rest)s", first=first, rest=_together(rest)) if rest else first
