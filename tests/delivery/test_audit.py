"""The audit finds what it is there to find: each kind of damage, planted by hand."""

from __future__ import annotations

from .audit import Skills, Step, over_capacity, overtaken


def opened(request: int, at: float) -> Step:
    return Step(request, 1, 1, "opened", at, None, at, None)


def assigned(request: int, at: float, user: int = 7, looked_at: float | None = None) -> Step:
    return Step(request, 2, 1, "assigned", at, user, None, looked_at or at)


def test_a_younger_request_that_was_served_first_is_found() -> None:
    steps = [opened(1, 10.0), opened(2, 11.0), assigned(2, 12.0), assigned(1, 13.0)]
    assert overtaken(steps, {1: 10.1, 2: 11.1}) == ["2 overtook 1 on line 1"]
    assert overtaken([opened(1, 10.0), opened(2, 11.0), assigned(1, 12.0), assigned(2, 13.0)], {1: 10.1}) == []


def test_a_request_nobody_could_see_yet_was_not_overtaken() -> None:
    steps = [opened(1, 10.0), opened(2, 11.0), assigned(2, 12.0), assigned(1, 13.0)]
    assert overtaken(steps, {1: 12.5, 2: 11.1}) == []


def test_what_came_after_the_router_had_looked_was_not_overtaken() -> None:
    steps = [opened(1, 10.0), opened(2, 11.0), assigned(2, 13.0, looked_at=12.0), assigned(1, 14.0)]
    assert overtaken(steps, {1: 12.5, 2: 11.1}) == []
    assert overtaken(steps, {1: 11.5, 2: 11.1}) == ["2 overtook 1 on line 1"]


def test_a_specialist_with_too_many_is_found() -> None:
    steps = [opened(1, 1.0), opened(2, 1.0), assigned(1, 2.0), assigned(2, 3.0)]
    assert over_capacity(steps, 1) == ["user 7 had 2 of line 1 at 3.0"]
    assert over_capacity(steps, 2) == []
    assert over_capacity([*steps[:3], Step(1, 3, 1, "finished", 2.5, 7, None, None), steps[3]], 1) == []


def test_passing_by_is_excused_only_by_a_skill_that_the_specialist_lacks() -> None:
    steps = [opened(1, 10.0), opened(2, 11.0), assigned(2, 12.0), assigned(1, 13.0)]
    promised = {1: 10.1, 2: 11.1}

    def found(known: dict[int, dict[int, int]], lower: float = 30, prefer: float = 60) -> int:
        return len(overtaken(steps, promised, {1: Skills(known, {1: {5: 2}, 2: {}}, lower, prefer)}))

    assert found({7: {}, 8: {5: 2}}) == 0, "another one has it"
    assert found({7: {5: 2}}) == 1, "he has it himself"
    assert found({7: {}, 8: {}}) == 1, "nobody has it"
    assert found({7: {5: 1}, 8: {5: 3}}) == 0, "his level is too low"
    assert found({7: {5: 1}, 8: {5: 1}}) == 1, "nobody's level is higher"
    assert found({7: {5: 1}, 8: {5: 3}}, lower=1) == 1, "any level is enough by then"
    assert found({7: {}, 8: {5: 3}}, lower=1, prefer=2) == 1, "it is only preferred by then"
