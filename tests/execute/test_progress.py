"""What populations report, passed on to whoever shows it."""

from __future__ import annotations

from ganbench.execute.progress import telling
from ganbench.execute.task import Advanced, Finished, Told
from ganbench.records import Outcome
from tests.execute.example import Silent


def test_what_many_populations_say_is_told_once_and_all_else_each_time() -> None:
    progress = Silent()
    on = telling(progress)
    for told in (Told("again"), Told("once", once=True), Told("again"), Told("once", once=True)):
        on(told)
    assert progress.texts == ["again", "once", "again"]


def test_what_was_told_before_is_not_told_again_as_said_by_all() -> None:
    progress = Silent()
    on = telling(progress)
    on(Told("D raised"))
    on(Told("D raised", once=True))
    assert progress.texts == ["D raised"]


def test_each_suite_is_told_anew() -> None:
    progress = Silent()
    for _ in range(2):
        telling(progress)(Told("once", once=True))
    assert progress.texts == ["once", "once"]


def test_steps_and_ends_are_passed_on_as_they_are() -> None:
    progress = Silent()
    on = telling(progress)
    on(Advanced("p", 20, 60, 2, {"ring": (1, 2)}, {"r-0": "mode-collapse"}))
    assert progress.done == [("p", 20)]
    assert progress.health == {"ring": (1, 2)}
    outcome = Outcome("healthy")
    on(Finished("p", 1.5, {"r-0": outcome}, {}))
    assert progress.outcomes == {"r-0": outcome}
