"""Audits of volumes: regions are cells in three dimensions, what decides is found where it was put."""

import numpy as np
import pytest
import torch

from auditor.audits.findings import findings
from auditor.audits.findings.words import place_in_volume
from auditor.explain.evidence import Evidence
from auditor.explain.globals.solids import SOLID_FEATURES, solid_features
from auditor.explain.items import ValidationSet
from auditor.explain.modalities import modality_of
from auditor.explain.modalities.base import Subject
from auditor.explain.runner import explain_shard
from tests.explain.volume_toys import ACCOUNT, INPUT, PLAN, SHAPE, assembled, made


@pytest.fixture(scope="module")
def evidence(tmp_path_factory) -> Evidence:
    return assembled(tmp_path_factory.mktemp("store"))[0]


def test_maps_and_regions_have_three_axes(evidence):
    assert [region.name for region in evidence.regions[:4]] == [
        "inside",
        "outside",
        "cell 1,1,1",
        "cell 1,1,2",
    ]
    assert len(evidence.regions) == 2 + 4**3
    record = evidence.gallery.entries[0].item
    assert {one.array.shape for one in record.maps.values()} == {SHAPE}
    assert set(record.features) == {feature.name for feature in SOLID_FEATURES}


def test_the_cell_that_decides_is_found_and_named_in_the_body(evidence):
    strongest = max(evidence.regions[2:], key=lambda region: region.flips.value)
    assert (strongest.layer, strongest.row, strongest.column) == (0, 0, 0)
    assert strongest.flips.value == 1.0
    assert evidence.regions[0].flips.value == 0.0
    found = {finding.id: finding for finding in findings(evidence)}
    assert evidence.shortcuts.verdict.outcome == "found"
    assert "grid-cell" not in found
    assert found["shortcut-spot"].severity == "critical"
    assert (
        "(lower part, front, right side; layer 1, row 1, column 1 of the grid)"
        in found["shortcut-spot"].sentence
    )
    assert all("image" not in found[name].sentence for name in ("shortcut-spot", "outside-flips"))


def test_pictures_with_burned_in_text_are_a_warning_that_points_at_its_count(evidence):
    found = next(finding for finding in findings(evidence) if finding.id == "burned-in")
    assert (found.severity, found.hook) == ("warning", "GDPR Art. 5(1)(c)")
    assert found.pointer == "/validation_set/deidentification/burned_in"
    assert "3 files have a header" in found.sentence
    clean = evidence.validation_set.model_copy(
        update={"deidentification": ACCOUNT.model_copy(update={"burned_in": 0})}
    )
    for facts in (clean, evidence.validation_set.model_copy(update={"deidentification": None})):
        assert all(
            f.id != "burned-in" for f in findings(evidence.model_copy(update={"validation_set": facts}))
        )


def test_a_volume_that_cannot_be_read_is_an_incident_and_the_run_goes_on(tmp_path):
    model, _, store, manifest = made(tmp_path, 4)
    broken = manifest.items[1].model_copy(update={"content": store.put(b"no volume")})
    changed = manifest.model_copy(update={"items": (manifest.items[0], broken, *manifest.items[2:])})
    result = explain_shard(model, ValidationSet(changed, store, model.spec), PLAN, 0, store.put)
    assert len(result.items) == 3
    assert "The volume of item 'v1' is not a NIfTI file" in result.incidents[0].what


@pytest.mark.parametrize(("grid", "cells"), [(4, 4**3), (8, 8**3), (12, 8 * 12 * 12)])
def test_cells_cover_every_voxel_once_and_none_is_empty(grid, cells):
    modality = modality_of(INPUT, grid)
    regions = modality.regions(False)
    covered = sum(modality.owned(region, None).astype(int) for region in regions)
    assert len(regions) == cells
    assert (covered == 1).all()
    assert all(modality.owned(region, None).any() for region in regions)


def test_a_region_is_the_donors_and_all_else_stays():
    modality = modality_of(INPUT, 4)
    given, donor = torch.zeros(1, *SHAPE), torch.ones(1, *SHAPE)
    mask = np.zeros(SHAPE, dtype=np.bool_)
    mask[0, 0, :2] = True
    subject = Subject(given, mask, "d", donor, np.roll(mask, 2, axis=2), 0, {})
    inside, outside, first = modality.regions(True)[:3]
    assert modality.replaced(subject, inside).sum() == 4
    assert modality.replaced(subject, outside).sum() == given.numel() - 4
    assert torch.equal(
        modality.replaced(subject, first)[0].bool().nonzero().amax(dim=0), torch.tensor([1, 2, 3])
    )


def test_features_say_what_they_are_called():
    solid = np.zeros(SHAPE, dtype=np.float32)
    solid[:, :, :8] = 0.5  # the person's right
    solid[1:3, 2:4, 10:12] = 1.0
    mask = solid == 1.0
    found = solid_features(solid, mask)
    assert found["right_half"] == pytest.approx(0.5)
    assert found["asymmetry"] == pytest.approx(0.5 - 8 / (solid.size / 2))
    assert found["bright_share"] == found["bright_body"] == found["region_size"] == 8 / solid.size
    assert found["inside_level"] == 1.0
    assert found["inside_contrast"] == 0.0
    assert found["lower_half"] > found["upper_half"] == pytest.approx(0.25)
    assert set(solid_features(solid, None)) == {
        feature.name for feature in SOLID_FEATURES if "region" not in feature.title
    }


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ((0, 0, 0), "lower part, front, right side"),
        ((3, 3, 3), "upper part, back, left side"),
        ((1, 2, 3), "left side"),
        ((1, 1, 2), "centre"),
    ],
)
def test_cells_are_named_by_where_they_lie_in_the_body(cell, words):
    assert place_in_volume(*cell, 4) == words
