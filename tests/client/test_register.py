"""The client against a real server: decisions of a torch model are recorded, wait in the spool, or raise."""

import logging
from collections.abc import Iterator

import pytest
import torch

from auditor.client import NotDescribed, Refused, Register, Spool, Unreachable, attached, named, recorded
from auditor.client.register import _batches
from tests.client.described import decision
from tests.decisions.serving import Served, served

CLASSES = ("benign", "malignant")
FIELDS = {
    "policy_version": "2026-1",
    "threshold": 0.5,
    "human": {"involvement": "none"},
    "legal_basis": "Art. 6(1)(e) GDPR",
    "retention": {"reason": "section 630f BGB"},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory, django_db_setup) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture
def register(server) -> Register:
    return Register(server.url, server.token, timeout=30)


@pytest.fixture
def nowhere() -> Register:
    return Register("http://127.0.0.1:9", "retrace_x", attempts=2)


@pytest.fixture(scope="module")
def network() -> torch.nn.Module:
    torch.manual_seed(7)
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(16, 2), torch.nn.Softmax(dim=1))


def outcome(scores: dict[str, float]) -> str:
    return "refer" if scores["malignant"] >= 0.5 else "home"


def test_a_decision_is_recorded_and_found(server, register):
    receipt = register.record(decision(server.model, reference="one/1"))
    assert not receipt.repeated
    assert register.record(decision(server.model, reference="one/1")) == receipt._replace(repeated=True)
    found = register.find("one/1")
    assert (found["decision"], found["entry"], found["state"]) == (*receipt[:2], "recorded")
    assert found["proof"].startswith("c2sp.org/tlog-proof@v1\n")
    with pytest.raises(Refused) as refused:
        register.find("never")
    assert (refused.value.status, refused.value.kind) == (404, "not_found")


def test_a_refusal_says_what_is_wrong(server, register):
    with pytest.raises(Refused, match="f" * 64) as refused:
        register.record(decision("f" * 64))
    assert (refused.value.status, refused.value.kind) == (422, "unknown_model")
    with pytest.raises(Refused) as refused:
        Register(server.url, "retrace_wrong").record(decision(server.model))
    assert (refused.value.status, refused.value.kind) == (401, "unauthorized")


def test_many_are_recorded_in_batches(server, register, monkeypatch):
    monkeypatch.setattr("auditor.client.register.MOST_LINES", 3)
    many = [decision(server.model, reference=f"many-{n}") for n in range(8)]
    first = register.record_many(many)
    assert len({receipt.decision for receipt in first}) == 8
    assert register.record_many(many) == [receipt._replace(repeated=True) for receipt in first]
    many[6] = decision("f" * 64, reference="bad")
    with pytest.raises(Refused) as refused:
        register.record_many(many)
    assert [(one["line"], one["field"]) for one in refused.value.errors] == [(7, "model")]
    found = register.record_good(many)
    assert [isinstance(one, Refused) for one in found] == [False] * 6 + [True, False]
    assert (found[6].kind, found[6].errors[0]["line"]) == ("unknown_model", 7)
    assert register.record_many([]) == []


def test_an_input_that_is_too_long_for_a_line_goes_alone(server, register):
    large = attached(bytes(4 * 2**20), "application/octet-stream")
    many = [
        decision(server.model, reference="small-1"),
        decision(server.model, reference="large", input=large),
        decision(server.model, reference="small-2"),
    ]
    assert len({receipt.decision for receipt in register.record_many(many)}) == 3
    assert all(receipt.repeated for receipt in register.record_good(many))
    bad = decision("f" * 64, reference="large-bad", input=large)
    (found,) = register.record_good([bad])
    assert (found.kind, found.errors[0]["line"]) == ("unknown_model", 1)
    with pytest.raises(Refused):
        register.record_many([bad])


def test_batches_keep_to_the_limits():
    lines = [b"x" * (4 * 2**20)] * 20 + [b"y" * (5 * 2**20), b"z"]
    batches = list(_batches(iter(lines)))
    assert [line for batch in batches for line in batch] == lines
    assert all(sum(map(len, batch)) <= 32 * 2**20 for batch in batches)
    assert [b"y" * (5 * 2**20)] in batches


def test_what_json_cannot_carry_is_not_sent(nowhere):
    for wrong in (float("nan"), object(), b"bytes"):
        with pytest.raises(NotDescribed):
            nowhere.record(decision("a" * 64, threshold=wrong))


def test_a_models_decision_is_recorded_and_returned(server, register, network):
    @recorded(
        register,
        about=lambda image, case: {
            "reference": case,
            "subject": f"person of {case}",
            "input": attached(image.numpy().tobytes(), "application/octet-stream"),
        },
        outcome=outcome,
        classes=CLASSES,
        model=server.model,
        **FIELDS,
    )
    def score(image: torch.Tensor, case: str) -> torch.Tensor:
        """Return the scores of one image."""
        return network(image[None])[0]

    image = torch.rand(1, 4, 4)
    scores = score(image, case="torch-1")
    assert torch.equal(scores, network(image[None])[0])
    assert scores.requires_grad
    assert score.__name__ == "score"
    assert register.find("torch-1")["model"] == server.model
    repeated = decision(server.model) | FIELDS | {"reference": "torch-1"}
    with pytest.raises(Refused) as refused:  # it is there, with what the model said
        register.record(repeated)
    assert refused.value.kind == "conflict"


def test_a_batch_of_a_model_is_recorded_item_by_item(server, register, network):
    @recorded(
        register,
        about=lambda images, cases: [
            {"reference": case, "subject": case, "input": named(f"pacs://{case}", image.numpy().tobytes())}
            for case, image in zip(cases, images, strict=False)
        ],
        outcome=outcome,
        classes=CLASSES,
        model=server.model,
        **FIELDS,
    )
    def score(images: torch.Tensor, cases: list[str]) -> torch.Tensor:
        return network(images)

    cases = [f"batch-{n}" for n in range(5)]
    assert score(torch.rand(5, 1, 4, 4), cases).shape == (5, 2)
    assert len({register.find(case)["decision"] for case in cases}) == 5
    with pytest.raises(NotDescribed, match="5 items were scored and 4 described"):
        score(torch.rand(5, 1, 4, 4), cases[:4])


def about(case: str) -> dict:
    return {"reference": case, "subject": case, "input": named(f"pacs://{case}")}


def returning(scores):
    return lambda case: scores


@pytest.mark.parametrize(
    "scores",
    [
        {"benign": 0.25, "malignant": 0.75},
        [0.25, 0.75],
        [[0.25, 0.75]],
        torch.tensor([0.25, 0.75], dtype=torch.bfloat16),
        torch.tensor([[0.25, 0.75]], requires_grad=True).numpy(force=True),
        {"benign": torch.tensor(0.25), "malignant": torch.tensor(0.75)},
    ],
    ids=["mapping", "list", "rows", "bfloat16", "array", "tensors"],
)
def test_scores_come_in_many_forms(server, register, scores, request):
    name = f"form-{request.node.callspec.id}"
    score = recorded(
        register,
        about=about,
        outcome=outcome,
        classes=CLASSES,
        model=server.model,
        decided_at="2026-03-02T08:55:00Z",
        **FIELDS,
    )(returning(scores))
    assert score(name) is scores
    same = {
        "scores": {"benign": 0.25, "malignant": 0.75},
        "decided_at": "2026-03-02T08:55:00Z",
        "outcome": "refer",
    }
    assert register.record({"model": server.model, **FIELDS, **about(name), **same}).repeated


@pytest.mark.parametrize("scores", ["0.5", 0.5, None, [], [0.1, 0.2, 0.3], [["a", "b"]], {"a": None}])
def test_what_are_no_scores_is_said(register, scores):
    score = recorded(register, about=about, outcome=lambda _: "x", classes=CLASSES)(returning(scores))
    with pytest.raises(NotDescribed):
        score("never")


def test_without_a_spool_there_is_no_result_without_a_record(nowhere):
    score = recorded(nowhere, about=about, outcome=outcome, classes=CLASSES)(returning([0.2, 0.8]))
    with pytest.raises(Unreachable, match="2 times in vain"):
        score("case")


def test_with_a_spool_decisions_wait_and_are_sent_once(server, register, nowhere, tmp_path, caplog):
    spool = Spool(tmp_path / "spool")
    options = {"about": about, "outcome": outcome, "classes": CLASSES, "spool": spool}
    score = recorded(nowhere, model=server.model, **options, **FIELDS)(returning([0.2, 0.8]))
    for n in range(3):
        assert score(f"spool-{n}") == [0.2, 0.8]
    assert "wait in the spool" in caplog.text
    assert spool.waiting() == 3
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "spool").iterdir()} == {0o600}
    with pytest.raises(Unreachable):
        spool.send(nowhere)
    recorded(nowhere, model="f" * 64, **options, **FIELDS)(returning([0.2, 0.8]))("spool-bad")
    assert spool.send(register) == 3
    assert (spool.waiting(), spool.refused()) == (0, 1)
    (aside,) = (tmp_path / "spool").iterdir()
    assert "f" * 64 in aside.read_text()
    assert spool.send(register) == 0
    assert register.find("spool-2")["state"] == "recorded"


def test_with_a_spool_a_refusal_waits_there_too(server, register, tmp_path, caplog):
    spool = Spool(tmp_path)
    options = {"about": about, "outcome": outcome, "classes": CLASSES, "spool": spool}
    wrong = Register(server.url, "retrace_wrong")
    assert recorded(wrong, model=server.model, **options, **FIELDS)(returning([0.2, 0.8]))("late-token") == [
        0.2,
        0.8,
    ]
    assert "unauthorized" in caplog.text
    assert spool.send(register) == 1


def test_with_a_spool_what_cannot_be_described_is_logged(register, tmp_path, caplog):
    spool = Spool(tmp_path)
    score = recorded(register, about=about, outcome=outcome, classes=CLASSES, spool=spool)(returning("words"))
    with caplog.at_level(logging.ERROR):
        assert score("case") == "words"
    assert "a decision was taken and is not recorded" in caplog.text


def test_while_retrace_is_away_decisions_do_not_wait_for_it(nowhere, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(nowhere._transport, "_once", lambda *_: asked.append(1) or (503, 0.0, b""))
    score = recorded(nowhere, about=about, outcome=outcome, classes=CLASSES, spool=Spool(tmp_path))(
        returning([0.2, 0.8])
    )
    for n in range(5):
        score(f"case-{n}")
    assert len(asked) == 2  # the attempts of the first call


def test_an_answer_that_is_not_ours_is_refused(register, monkeypatch):
    monkeypatch.setattr(register._transport, "_once", lambda *_: (200, None, b"<html>"))
    with pytest.raises(Refused, match="not Retrace"):
        register.record({})


@pytest.mark.parametrize("url", ["retrace.example", "ftp://retrace.example", ""])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(ValueError, match="no address"):
        Register(url, "t")
