"""Counterfactuals of an image or volume: a few regions filled in from their surroundings."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.common.errors import Refused
from auditor.common.said import Figure, say
from auditor.explain.bootstrap import Floats
from auditor.explain.coalitions.players import Players, cut_into_parts
from auditor.explain.counterfactuals.answer import facts
from auditor.explain.counterfactuals.documents import RegionAlternative, RegionRecord
from auditor.explain.counterfactuals.infill import filled
from auditor.explain.counterfactuals.neighbourhood import Neighbourhood, ranges
from auditor.explain.counterfactuals.outcome import Outcome, answers
from auditor.explain.counterfactuals.search import Chosen, Edits, Found, Limits, Sets, search
from auditor.explain.counterfactuals.settings import RegionSettings
from auditor.explain.evidence import ArrayRef
from auditor.explain.model import AuditedModel
from auditor.explain.spec import ImageInput, VolumeInput

Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class RegionCounterfactual:
    """The record with its arrays: the region of each place (*places), and each alternative, (channels, *places)."""

    record: RegionRecord
    parts: Pixels
    filled: tuple[Pixels, ...]

    def kept(self, keep: Callable[[Pixels], ArrayRef]) -> RegionRecord:
        """Return the record with references to its arrays, each of which is handed to `keep`."""
        alternatives = tuple(
            one.model_copy(update={"filled": keep(pixels)})
            for one, pixels in zip(self.record.alternatives, self.filled, strict=True)
        )
        return self.record.model_copy(update={"parts": keep(self.parts), "alternatives": alternatives})


def looks(items: Tensor) -> Floats:
    """Return simple statistics of images or volumes (items, channels, *places), float64 (items, 2 + axes).

    They are the mean, the standard deviation and the mean absolute step to the next place along each axis.
    """
    values = items.double()
    over = tuple(range(1, values.ndim))
    steps = [values.diff(dim=axis).abs().mean(dim=over) for axis in over[1:]]
    found = torch.stack([values.mean(dim=over), values.std(dim=over, correction=0), *steps], dim=1)
    return np.asarray(found.cpu().numpy(), dtype=np.float64)


def looks_of(reference: Tensor, settings: RegionSettings, seed: int) -> Neighbourhood:
    """Return what items are compared with, from (items, channels, *places); made once, it serves a whole set."""
    found = np.concatenate([looks(part) for part in torch.split(reference, 16)])
    return Neighbourhood.of(found, ranges(found), settings, seed)


@dataclass(frozen=True)
class _Image:
    """One image or volume whose regions are filled in."""

    model: AuditedModel
    item: Tensor
    players: Players
    neighbourhood: Neighbourhood
    batch: int

    def filled(self, sets: Sets) -> Tensor:
        """Return the item with each set of regions filled in, (sets, channels, *places)."""
        chosen = torch.zeros(len(sets), len(self.players), dtype=torch.bool)
        chosen.scatter_(1, torch.from_numpy(sets), True)
        return filled(self.item, self.players.kept(chosen.to(self.item.device))[:, 0])

    def probabilities(self, sets: Sets) -> Floats:
        return answers(self.model, lambda part: self.filled(sets[part]), len(sets), self.batch)

    def nearness(self, sets: Sets) -> Floats:
        parts = [sets[first : first + self.batch] for first in range(0, len(sets), self.batch)]
        found = np.concatenate([looks(self.filled(part)) for part in parts])
        return self.neighbourhood.nearness(found, looks(self.item[None])[0])

    def alternative(self, chosen: Chosen) -> RegionAlternative:
        return RegionAlternative(
            regions=chosen.edits,
            area=chosen.distance,
            nearness=chosen.nearness,
            predicted=self.model.classes[int(chosen.probabilities.argmax())],
            probabilities=tuple(chosen.probabilities.tolist()),
        )


def region_counterfactual(
    model: AuditedModel,
    item: Tensor,
    reference: Tensor | Neighbourhood,
    settings: RegionSettings,
    seed: int,
    batch: int,
    target: int | None = None,
) -> RegionCounterfactual:
    """Return the smallest plausible sets of regions whose filling in makes the model decide otherwise.

    Fewest regions come first, then the smallest share of places. A filled item is plausible where its statistics
    (see `looks`) are near those of reference items. Where there is no such set, the record says why.

    Parameters
    ----------
    item : float32 (channels, *places) in [0, 1]
    reference : items that were observed, (items, channels, *places), or what `looks_of` made of them with the same
        settings and seed
    batch : the most items that go through the model at once
    target : the class wanted instead, None for any other

    Raises
    ------
    Refused
        where the model takes neither images nor volumes, the target is none of its classes, or the item cannot be
        cut into so many parts.

    References
    ----------
    T. Vermeire, D. Brughmans, S. Goethals, R. de Oliveira, D. Martens: Explainable Image Classification with Evidence
    Counterfactual. Pattern Analysis and Applications 25, 2022.
    """
    if not isinstance(model.spec.input, ImageInput | VolumeInput):
        raise Refused(
            say(
                "Regions can be filled in images and volumes only, and this model's input is of the kind "
                "%(kind)s.",
                kind=model.spec.input.kind,
            )
        )
    near = reference if isinstance(reference, Neighbourhood) else looks_of(reference, settings, seed)
    item = item.to(model.device)
    outcome = Outcome.of(model, item, target, settings.margin)
    image = _Image(model, item, cut_into_parts(item, settings.cut, settings.parts), near, batch)
    reason, found = outcome.reason(model.classes) or near.reason, Found()
    if reason is None and near.bound is not None:
        shares = (image.players.sizes.double() / image.players.owner.numel()).cpu().numpy()
        limits = Limits(
            settings.most_regions, settings.count, settings.budget, near.bound, distance=settings.most_area
        )
        found = search(Edits(np.arange(len(shares)), shares), image, outcome, limits)
    what = say(
        "sets of up to %(regions)s regions and %(area)s%% of all places",
        regions=settings.most_regions,
        area=Figure(100 * settings.most_area, 0),
    )
    record = RegionRecord(
        **facts(model, outcome, near, looks(item[None])[0], found, reason, what, seed),
        settings=settings,
        alternatives=tuple(map(image.alternative, found.chosen)),
    )
    alternatives = tuple(
        image.filled(np.array([one.edits]))[0].cpu().numpy().astype(np.float32) for one in found.chosen
    )
    return RegionCounterfactual(record, image.players.owner[0].cpu().numpy().astype(np.float32), alternatives)
