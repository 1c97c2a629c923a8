"""Two processes at once: the same decision is recorded once, and the same event happens to it once."""

from tests.decisions.scratch import race, scratch, start


def test_two_processes_at_once_do_what_one_would(tmp_path):
    with scratch(tmp_path) as environment:
        race(start(environment, "prepare"))
        for one, other, decisions in (
            (["singly"], ["singly"], 60),
            (["batch", "forwards"], ["batch", "backwards"], 400),
        ):
            first, second = race(start(environment, *one), start(environment, *other))
            assert first == second
            assert len({number for number, _ in first}) == decisions
        first, second = race(start(environment, "supersede"), start(environment, "supersede"))
        assert (len(first) + len(second), len({*first, *second})) == (20, 20)
        assert race(start(environment, "count")) == [[460, 230, 480, None]]
