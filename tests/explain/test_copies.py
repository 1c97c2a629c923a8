"""Copies are found whatever was done to them, and what is merely alike is not called one."""

import csv
import io
import itertools
from pathlib import Path

import networkx
import numpy as np
import pytest
import torch
from PIL import Image

from auditor.explain.evidence import ItemRecord
from auditor.explain.formats.axes import Volume
from auditor.explain.formats.volume import volume_input
from auditor.explain.material import pictures, rows
from auditor.explain.material.copies import copies
from auditor.explain.material.fingerprints import read, refined, thumbnail, written
from auditor.explain.modalities import modality_of
from auditor.explain.spec import ItemEntry
from examples.volumes.__main__ import INPUT, SPACING
from examples.volumes.data import cases
from tests import folders
from tests.explain import graph_toys, row_toys, toys

FILMS = Path(__file__).parents[3] / "shared" / "data" / "cxr_dev"
CHANGES = ("recoded", "smaller", "brighter", "flatter", "noisy", "cut")


def changed(film: Image.Image, how: str) -> Image.Image:
    levels, (width, height) = np.asarray(film).astype(float), film.size
    match how:
        case "recoded":
            stream = io.BytesIO()
            film.save(stream, "JPEG", quality=60)
            return Image.open(stream)
        case "smaller":
            return film.resize((int(width * 0.6), int(height * 0.6)), Image.Resampling.BILINEAR)
        case "brighter":
            return Image.fromarray(np.clip(levels * 1.05 + 8, 0, 255).astype(np.uint8))
        case "flatter":
            return Image.fromarray((255 * (levels / 255) ** 0.85).astype(np.uint8))
        case "noisy":
            noise = np.random.default_rng(0).normal(0, 6, levels.shape)
            return Image.fromarray(np.clip(levels + noise, 0, 255).astype(np.uint8))
        case _:
            edge = round(0.02 * width)
            return film.crop((edge, edge, width - edge, height - edge))


def prints(films: list[Image.Image]) -> np.ndarray:
    modality = modality_of(toys.spec(128).input)
    contents = [toys.png(np.asarray(film)) for film in films]
    return read([written(modality.fingerprint(modality.read(c, "a film"))) for c in contents], "u1")


def opened(paths: list[Path]) -> list[Image.Image]:
    return [Image.open(path).convert("L") for path in paths]


def found_among(films: list[Image.Image], each: int) -> tuple[dict[str, int], set[tuple[int, int]]]:
    """How many changed copies of different films are found, by what was done to them, and every other pair."""
    done = [(place, how) for place, how in enumerate(how for how in CHANGES for _ in range(each))]
    found = pictures.alike_pictures(prints(films + [changed(films[place], how) for place, how in done]))
    pairs = {tuple(pair) for pair in found.tolist()}
    wanted = {(place, len(films) + place): how for place, how in done}
    hits = {how: sum(wanted[pair] == how for pair in pairs & wanted.keys()) for how in CHANGES}
    return hits, pairs - wanted.keys()


@pytest.fixture(scope="module")
def phantoms() -> list[Image.Image]:
    return opened(sorted((folders.PHANTOMS / "validation" / "images").glob("*.png")))


def test_changed_copies_of_phantoms_are_found_and_no_other_film_is_one(phantoms):
    assert found_among(phantoms, 4) == (dict.fromkeys(CHANGES, 4), set())


@pytest.fixture(scope="module")
def real() -> tuple[list[str], list[Image.Image]]:
    if not FILMS.is_dir():
        pytest.skip("the public chest films are not on this machine")
    with (FILMS / "labels.csv").open(newline="") as file:
        ids = [row["id"] for row in csv.DictReader(file)][:100]
    return ids, opened([FILMS / "images" / f"{name}.png" for name in ids])


def test_films_of_other_people_are_not_copies_although_they_are_alike(real):
    ids, films = real
    people = [name.rsplit("_", 1)[0] for name in ids]
    picked = [films[people.index(person)] for person in sorted(set(people)) if person.startswith("nih")]
    assert len(picked) > 20
    assert pictures.alike_pictures(prints(picked)).tolist() == []


def test_changed_copies_of_real_films_are_found(real):
    hits, _ = found_among(real[1][:100], 10)
    assert hits.pop("cut") >= 8
    assert hits == dict.fromkeys(CHANGES[:-1], 10)


def test_the_order_of_films_does_not_matter(phantoms):
    films = [*phantoms[:12], changed(phantoms[3], "cut"), changed(phantoms[5], "brighter")]
    assert pictures.alike_pictures(prints(films)).tolist() == [[3, 12], [5, 13]]
    assert pictures.alike_pictures(prints(films[::-1])).tolist() == [[0, 8], [1, 10]]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_and_empty_pictures_have_no_copies(count):
    assert pictures.alike_pictures(np.zeros((count, 48 * 48), np.uint8)).tolist() == []


def test_drawn_volumes_are_not_copies_and_a_brighter_noisy_one_is():
    rng = np.random.default_rng(0)
    drawn = [volume_input(Volume(one.case.voxels, SPACING), INPUT) for one in cases(24, seed=1)]
    drawn.append(drawn[2] * 0.9 + 0.05 + torch.from_numpy(rng.normal(0, 0.02, drawn[2].shape)).float())
    kept = read([written(thumbnail(volume)) for volume in drawn], "u1")
    assert pictures.alike_solids(kept).tolist() == [[2, 24]]


def record(index: int, entry: ItemEntry, fingerprint: bytes) -> ItemRecord:
    return ItemRecord(
        index=index,
        entry=entry,
        scores=(0.5, 0.5),
        predicted="clear",
        target="clear",
        maps={},
        effects=None,
        features={},
        fingerprint=written(fingerprint),
    )


def table(values: np.ndarray, labels: str = "", sites: str = "") -> list[ItemRecord]:
    count = len(values)
    return [
        record(
            index,
            ItemEntry(
                id=f"r{index:04}",
                label=(labels or "a" * count)[index],
                groups={"site": (sites or "n" * count)[index]},
                content=f"{index:064x}",
                mask=None,
            ),
            row.astype("<f8").tobytes(),
        )
        for index, row in enumerate(values)
    ]


def slow_rows(values: np.ndarray) -> list[list[int]]:
    spread = values.std(axis=0)
    return [
        [i, j]
        for i, j in itertools.combinations(range(len(values)), 2)
        if all(abs(values[i, c] - values[j, c]) <= 0.01 * spread[c] for c in range(values.shape[1]))
    ]


def test_rows_are_compared_as_a_loop_over_all_pairs_compares_them():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(60, 5)) * [1, 10, 0.1, 3, 1000]
    values[40:50] = values[:10] + rng.uniform(-0.014, 0.014, (10, 5)) * values.std(axis=0)
    pairs, complete = rows.alike_rows(values)
    assert complete
    assert pairs.tolist() == slow_rows(values)
    assert 0 < len(pairs) < 10


def test_missing_values_are_alike_to_missing_values_alone():
    values = np.random.default_rng(2).normal(size=(20, 4))
    values[7], values[8] = values[3], values[4]
    values[[3, 7, 8], 1] = np.nan
    assert rows.alike_rows(values)[0].tolist() == [[3, 7]]


def test_pairs_are_counted_with_their_labels_and_groups():
    values = np.random.default_rng(3).normal(size=(30, 5))
    values[11], values[12] = values[1], values[2]
    found = copies(table(values, "a" * 12 + "b" + "a" * 17, "n" * 11 + "s" * 19), "table").near
    assert (found.count, found.labels, found.complete) == (2, 1, True)
    assert [(p.first, p.second, p.labels, p.across) for p in found.listed] == [
        ("r0002", "r0012", True, ("site",)),
        ("r0001", "r0011", False, ("site",)),
    ]
    assert [(a.column, a.pairs) for a in found.across] == [("site", 2)]


def test_rows_that_are_alike_by_chance_are_not_called_copies():
    found = copies(table(np.random.default_rng(4).integers(0, 3, (50, 2)).astype(float)), "table")
    assert found.unmeasured == rows.CHANCE
    assert found.near.count == 0


def test_the_same_content_is_counted_apart_from_what_is_nearly_so():
    values = np.random.default_rng(5).normal(size=(10, 5))
    values[[4, 6, 8]] = values[0]
    records = table(values, "abaaaabaaa")
    entry = records[4].entry.model_copy(update={"content": records[0].entry.content})
    records[4] = records[4].model_copy(update={"entry": entry})
    records[6] = records[6].model_copy(
        update={"entry": records[6].entry.model_copy(update={"content": entry.content})}
    )
    found = copies(records, "table")
    assert (found.exact.count, found.exact.labels, found.exact.listed[0].labels) == (3, 2, True)
    assert [(p.first, p.second) for p in found.near.listed] == [
        ("r0006", "r0008"), ("r0000", "r0008"), ("r0004", "r0008"),
    ]  # fmt: skip


def test_lists_are_capped_and_counts_are_not():
    values = np.random.default_rng(6).normal(size=(40, 5))
    values[20:] = values[0]
    found = copies(table(values), "table").near
    assert (found.count, len(found.listed), found.complete) == (210, 20, True)


def test_records_of_old_shards_have_no_fingerprint_and_that_is_said():
    old = [r.model_copy(update={"fingerprint": ""}) for r in table(np.eye(4))]
    assert "no fingerprints" in copies(old, "image").unmeasured


def test_a_row_keeps_its_numbers():
    modality = modality_of(row_toys.TABLE)
    given = torch.tensor([40.0, 0, 1, 0, 2.5, float("nan"), 1])
    kept = read([written(modality.fingerprint(given))], "<f8")[0]
    assert np.array_equal(kept, given.double().numpy(), equal_nan=True)


def graph_print(graph, seed: int | None = None, nodes: int = 10) -> bytes:
    """A graph's fingerprint, its nodes in another order where there is a seed."""
    if seed is not None:
        order = np.random.default_rng(seed).permutation(len(graph.nodes))
        place = np.argsort(order).tolist()
        graph = graph.model_copy(
            update={
                "nodes": tuple(graph.nodes[i] for i in order),
                "edges": tuple((place[a], place[b], w) for a, b, w in graph.edges),
                "focus": None if graph.focus is None else place[graph.focus],
            }
        )
    about = "graph" if graph.focus is None else "node"
    spec = graph_toys.given(nodes, about)
    return modality_of(spec).fingerprint(graph_toys.packed([graph], spec)[0])


@pytest.mark.parametrize("focus", [None, 2])
@pytest.mark.parametrize("directed", [False, True])
def test_a_graph_in_another_order_is_the_same_and_every_change_makes_another(focus, directed):
    graph = graph_toys.random_graph(1, 7, focus, directed)
    kept = graph_print(graph)
    assert {graph_print(graph, seed) for seed in range(4)} == {kept}
    fewer = graph.model_copy(update={"edges": graph.edges[1:]})
    moved = graph.model_copy(update={"nodes": (*graph.nodes[:-1], (0.0, 0.0, 0.0))})
    heavier = graph.model_copy(update={"edges": ((*graph.edges[0][:2], 2.0), *graph.edges[1:])})
    others = {graph_print(one) for one in (fewer, moved, heavier)}
    assert len(others) == 3
    assert kept not in others
    assert graph_print(graph, nodes=9) == kept


def test_trees_are_told_apart_exactly_as_an_isomorphism_test_does():
    trees = [tree for n in range(2, 8) for tree in networkx.nonisomorphic_trees(n)]
    kept = [refined(np.ones((len(t), 1)), networkx.to_numpy_array(t)) for t in trees]
    assert len(set(kept)) == len(trees)
