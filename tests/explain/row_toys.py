"""Small networks of rows, and rows in the file's own words, drawn at random."""

import torch
from torch import Tensor, nn

from auditor.explain.model import AuditedModel
from auditor.explain.rows import encoded
from auditor.explain.spec import CategoryColumn, NumberColumn, OutputSpec, TableInput
from tests.explain import toys
from tests.reference import counterfactuals as slow

TABLE = TableInput(
    kind="table",
    columns=(
        NumberColumn(name="age", mean=50.0, std=10.0, fixed=True),
        CategoryColumn(kind="category", name="ward", values=("a", "b", "c")),
        NumberColumn(name="crp", mean=8.0, std=4.0, missing="nan"),
        NumberColumn(name="dose", mean=3.0, std=1.0, missing="nan"),
        CategoryColumn(kind="category", name="sex", values=("f", "m"), encoding="code"),
    ),
)
CHOICES: dict[str, list] = {
    "age": [20.0, 40.5, 60.0, 80.0],
    "ward": ["a", "b", "c", None],
    "crp": [0.125, 2.0, 4.75, 9.0, 16.0, None],
    "dose": [1.0, 2.0, 3.0, 5.0],
    "sex": ["f", "m"],
}


class Mixed(nn.Module):
    """A random network of a row that reads missing numbers as nothing."""

    def __init__(self, seed: int, classes: int = 3) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.body = nn.Sequential(nn.Linear(7, 8), nn.Tanh(), nn.Linear(8, classes))
        for parameter in self.body.parameters():
            parameter.data *= 2.5

    def forward(self, rows: Tensor) -> Tensor:
        return self.body(rows.nan_to_num(0.0))


class Rule(nn.Module):
    """Says finding where the score of a row is above 0."""

    def __init__(self, score) -> None:
        super().__init__()
        self.score = score

    def forward(self, rows: Tensor) -> Tensor:
        found = self.score(rows)
        return torch.stack((-found, found), dim=1)


def mixed(seed: int) -> AuditedModel:
    output = OutputSpec(classes=("a", "b", "c"))
    return AuditedModel(Mixed(seed), toys.spec(input=TABLE, output=output))


def rule(score) -> AuditedModel:
    """Return a model of two numbers, as they are."""
    columns = tuple(NumberColumn(name=name, mean=0.0, std=1.0) for name in ("x", "y"))
    return AuditedModel(Rule(score), toys.spec(input=TableInput(kind="table", columns=columns)))


def drawn(count: int, seed: int) -> list[slow.Row]:
    draw = torch.Generator().manual_seed(seed)
    return [
        {name: own[int(torch.randint(len(own), (1,), generator=draw))] for name, own in CHOICES.items()}
        for _ in range(count)
    ]


def tensor(rows: list[slow.Row]) -> Tensor:
    words = [{name: "" if v is None else str(v) for name, v in row.items()} for row in rows]
    words = [row | {"sex": row["sex"] or "f"} for row in words]
    return torch.stack([encoded(row, TABLE, "row") for row in words])
