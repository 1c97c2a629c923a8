"""A validation set read lazily: one item at a time from the store, as the model's input."""

from torch import Tensor

from auditor.common.said import say
from auditor.common.store import Store
from auditor.explain.fitting import check_fit
from auditor.explain.modalities import modality_of
from auditor.explain.modalities.base import Mask
from auditor.explain.spec import ItemEntry, Manifest, ModelSpec


class ValidationSet:
    """The items of a manifest; nothing is read before it is asked for, and nothing is kept."""

    def __init__(self, manifest: Manifest, store: Store, spec: ModelSpec) -> None:
        """Raise Refused where the set does not fit the model."""
        check_fit(manifest, spec)
        self.entries: tuple[ItemEntry, ...] = manifest.items
        self.classes = spec.output.classes
        self.store = store
        self._modality = modality_of(spec.input)

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def has_masks(self) -> bool:
        """Whether any item of the set has a mask."""
        return any(entry.mask is not None for entry in self.entries)

    @property
    def has_boxes(self) -> bool:
        """Whether anything is marked in any item of the set."""
        return any(entry.boxes for entry in self.entries)

    def label_index(self, index: int) -> int:
        """Return the position of an item's label among the classes."""
        return self.classes.index(self.entries[index].label)

    def given(self, index: int) -> Tensor:
        """Return an item as the model's input before normalisation, float32 (*shape); raises Refused naming it."""
        entry = self.entries[index]
        return self._modality.read(self.store.get(entry.content), say("item %(item)s", item=repr(entry.id)))

    def relevant(self, index: int) -> Mask | None:
        """Return an item's relevant region on the model's places; None without one or an empty one."""
        entry = self.entries[index]
        if entry.mask is None:
            return None
        return self._modality.relevant(self.store.get(entry.mask), say("item %(item)s", item=repr(entry.id)))

    def boxes(self, index: int) -> Mask | None:
        """Return what is marked in an item on the model's places; None where nothing is, or everything."""
        return self._modality.marked(self.entries[index].boxes)
