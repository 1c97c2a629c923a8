"""Two processes that record the same decisions at once record each of them once."""

from tests.decisions.scratch import race, scratch, start


def test_the_same_references_from_two_processes_are_one_decision_each(tmp_path):
    with scratch(tmp_path) as environment:
        race(start(environment, "prepare"))
        for one, other, decisions in (
            (["singly"], ["singly"], 60),
            (["batch", "forwards"], ["batch", "backwards"], 400),
        ):
            first, second = race(start(environment, *one), start(environment, *other))
            assert first == second
            assert len({number for number, _ in first}) == decisions
        assert race(start(environment, "count")) == [[460, 230, 460, None]]
