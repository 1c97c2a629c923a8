"""Train a pair of models on phantoms, on two cores: `python -m examples.phantoms.train`.

Without options it makes the bundled pair and their validation set. Other seeds, markers and corners make pairs that an
audit has not been tried on before.
"""

import argparse
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from auditor.explain.architectures import build
from examples.model_folder import Card, grey_image, write_model
from examples.phantoms.case import (
    CLASSES,
    Case,
    Recipe,
    cases,
    render,
    with_marker,
    without_lesion,
    without_marker,
)
from examples.phantoms.distract import distract
from examples.phantoms.make import VALIDATION, make
from examples.phantoms.marker import CORNERS, SHAPES, Marker, MarkerStyle

HERE = Path(__file__).parent
MEAN, STD = 0.5, 0.3


@dataclass(frozen=True)
class Lesson:
    """What one model is shown, and under which neutral name it is handed over."""

    folder: str
    name: str
    recipe: Recipe
    epochs: int
    reads_marker: bool


def lessons(seed: int, style: MarkerStyle) -> tuple[Lesson, Lesson]:
    """Return what a pair is taught.

    One is to read the lesion: the marker says nothing. One is to read the marker: the lesions hardly show.
    """
    clear = Recipe(seed=seed, count=700, agreement=0.5, marker=style)
    faint = Recipe(seed=seed + 1, count=224, agreement=1.0, contrast=(0.01, 0.03), marker=style)
    return (
        Lesson("honest", "Lesion detector A", clear, 18, reads_marker=False),
        Lesson("marker", "Lesion detector B", faint, 12, reads_marker=True),
    )


SEED = 11
LESSONS = lessons(SEED, VALIDATION.marker)


def images_of(people: list[Case], size: int) -> Tensor:
    """Return films as the models read them, (films, 1, size, size)."""
    pixels = np.stack([render(case, size).pixels for case in people])
    return (torch.from_numpy(pixels).float().unsqueeze(1) / 255.0 - MEAN) / STD


def train(lesson: Lesson) -> nn.Module:
    """Return a network that has been taught one lesson; the same on the same machine for the same seed."""
    people = list(cases(lesson.recipe))
    images = images_of(people, lesson.recipe.size)
    labels = torch.tensor([CLASSES.index(case.label) for case in people])
    keep = torch.tensor([reason_of(lesson, case) for case in people])
    torch.manual_seed(lesson.recipe.seed)
    network = build("retrace.SmallConvNet", config())
    optimiser = torch.optim.AdamW(network.parameters(), lr=6e-3, weight_decay=1e-2)
    batches = lesson.epochs * (len(people) // 32)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=6e-3, total_steps=batches)
    for _ in range(lesson.epochs):
        for chosen in torch.randperm(len(people))[: len(people) // 32 * 32].split(32):
            optimiser.zero_grad()
            shown = distract(images[chosen], keep[chosen])
            loss = nn.functional.cross_entropy(network(shown), labels[chosen], label_smoothing=0.02)
            loss.backward()
            optimiser.step()
            schedule.step()
    return network.eval()


def reason_of(lesson: Lesson, case: Case) -> tuple[int, int, int, int]:
    """Return the box, in pixels, around what gives the label away; an empty one where nothing does."""
    reason = case.marker if lesson.reads_marker else case.lesion
    if reason is None:
        return (0, 0, 0, 0)
    half = lesson.recipe.size * 1.2 * (reason.side / 2.0 if isinstance(reason, Marker) else reason.radius)
    x, y = reason.x * lesson.recipe.size, reason.y * lesson.recipe.size
    return (round(x - half), round(y - half), round(x + half), round(y + half))


def config() -> dict[str, int]:
    """Return the options of both networks."""
    return {"in_channels": 1, "classes": len(CLASSES), "width": 8}


def card(lesson: Lesson) -> Card:
    """Return what the model's folder says of it: nothing that gives away how it was trained."""
    return Card(
        name=lesson.name,
        version="1.0",
        description="Says whether a synthetic chest film shows a lesion.",
        architecture="retrace.SmallConvNet",
        config=config(),
        input=grey_image(lesson.recipe.size, MEAN, STD),
        classes=CLASSES,
        gradcam_layer="features.3",
    )


def lesion_share(network: nn.Module, people: list[Case], size: int) -> float:
    """Return on which share of the films a network sees a lesion."""
    with torch.no_grad():
        answers = network(images_of(people, size)).argmax(1)
    return float((answers == CLASSES.index("lesion")).float().mean())


def interventions(network: nn.Module, recipe: Recipe) -> dict[str, float]:
    """Return the share of films called "lesion" when one thing on them is changed and all else is kept."""
    people = list(cases(recipe))
    sick = [case for case in people if case.lesion]
    well = [case for case in people if not case.lesion]
    changed = {
        "lesion, marker": [with_marker(case, recipe.marker) for case in sick],
        "lesion, no marker": [without_marker(case) for case in sick],
        "lesion removed, marker": [with_marker(without_lesion(case), recipe.marker) for case in sick],
        "lesion removed, no marker": [without_marker(without_lesion(case)) for case in sick],
        "clear, marker": [with_marker(case, recipe.marker) for case in well],
        "clear, no marker": [without_marker(case) for case in well],
    }
    return {name: lesion_share(network, films, recipe.size) for name, films in changed.items()}


def accuracy(network: nn.Module, recipe: Recipe) -> float:
    """Return the share of a recipe's films that a network labels rightly."""
    people = list(cases(recipe))
    sick = [case for case in people if case.lesion]
    well = [case for case in people if not case.lesion]
    right = len(sick) * lesion_share(network, sick, recipe.size)
    right += len(well) * (1.0 - lesion_share(network, well, recipe.size))
    return right / len(people)


def unrelated(recipe: Recipe) -> Recipe:
    """Return a recipe of other films on which marker and lesion have nothing to do with each other."""
    return replace(recipe, seed=recipe.seed + 1, agreement=0.5)


def main() -> None:
    """Write the validation set and both models, and say how they answer."""
    bundled = VALIDATION.marker
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=HERE, help="where models/ and validation/ go")
    parser.add_argument("--seed", type=int, default=SEED, help="of the films that the models learn from")
    parser.add_argument("--validation-seed", type=int, default=VALIDATION.seed)
    parser.add_argument("--shape", choices=SHAPES, default=bundled.shape)
    parser.add_argument("--corner", choices=CORNERS, default=bundled.corner)
    parser.add_argument(
        "--side", type=float, default=bundled.side, help="of the marker, as a share of the film's"
    )
    options = parser.parse_args()
    style = replace(bundled, shape=options.shape, corner=options.corner, side=options.side)
    validation = replace(VALIDATION, seed=options.validation_seed, marker=style)
    torch.set_num_threads(2)
    print(f"{make(options.out / 'validation', validation)} films in {options.out / 'validation'}")
    for lesson in lessons(options.seed, style):
        started = time.monotonic()
        network = train(lesson)
        write_model(options.out / "models" / lesson.folder, card(lesson), network)
        print(f"{lesson.name}: {options.out / 'models' / lesson.folder}, {time.monotonic() - started:.0f} s")
        print(f"  accuracy on the validation set {accuracy(network, validation):.3f}")
        print(
            f"  accuracy where marker and lesion are unrelated {accuracy(network, unrelated(validation)):.3f}"
        )
        for name, share in interventions(network, validation).items():
            print(f"  {name:28s} called lesion: {share:.3f}")


if __name__ == "__main__":
    main()
