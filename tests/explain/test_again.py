"""What a sending system hands in is read as intake reads its kind, whatever the kind."""

import json

import nibabel
import numpy as np
import pytest
import torch

from auditor.common.errors import Refused
from auditor.explain.again import answered_again, explained_again, read_again, target_of
from auditor.explain.formats.volume import encode_volume, read_nifti
from auditor.explain.modalities import modality_of
from auditor.explain.rows import encoded
from tests.explain import graph_toys, row_toys, volume_toys

ROW = {"age": "40.5", "ward": "c", "crp": "", "dose": "3.0", "sex": "m"}


def test_a_row_may_carry_numbers_and_nothing():
    wanted = encoded(ROW, row_toys.TABLE, "row")
    for written in (ROW, ROW | {"age": 40.5, "crp": None, "dose": 3}):
        found = read_again(json.dumps(written).encode(), row_toys.TABLE, "the row")
        assert torch.equal(found[0].nan_to_num(-1), wanted.nan_to_num(-1))


@pytest.mark.parametrize("content", [b"", b"[1]", b"7", b"\xff", b'{"age": [1]}', b'{"age": true}'])
def test_what_is_no_row_is_refused(content):
    with pytest.raises(Refused, match="the row is no row"):
        read_again(content, row_toys.TABLE, "the row")


def test_a_volume_is_a_nifti_file_as_a_person_has_it():
    rng = np.random.default_rng(0)
    image = nibabel.Nifti1Image(rng.uniform(0, 100, (16, 12, 8)).astype(np.float32), np.diag([1, 1, 2, 1]))
    image.header["descrip"] = b"written elsewhere"
    content = image.to_bytes()
    stored = encode_volume(read_nifti(content, "v"))
    wanted = modality_of(volume_toys.INPUT).read(stored, "v")
    assert torch.equal(read_again(content, volume_toys.INPUT, "the volume")[0], wanted)
    assert torch.equal(read_again(stored, volume_toys.INPUT, "the volume")[0], wanted)


def test_a_graph_is_answered_and_explained_for_its_nodes():
    graph, model = graph_toys.random_graph(3), graph_toys.model()
    given = read_again(graph.to_bytes(), model.spec.input, "the graph")
    answer = answered_again(model, given, 0)
    assert sum(answer.probabilities.values()) == pytest.approx(1)
    assert answer == answered_again(model, given, 0)
    target = target_of(answer.probabilities, model.classes)
    assert answer.logits[target] == max(answer.logits.values())
    assert explained_again(model, given, target, "input_x_gradient", 0).shape == (7,)
    assert "made for inputs" in explained_again(model, given, target, "grad_cam", 0)


def test_a_method_that_compares_is_not_asked():
    model = row_toys.mixed(0)
    given = read_again(json.dumps(ROW).encode(), row_toys.TABLE, "the row")
    assert "compares with other items" in explained_again(model, given, "a", "deep_shap", 0)
    assert "no method" in explained_again(model, given, "a", "no_such", 0)
