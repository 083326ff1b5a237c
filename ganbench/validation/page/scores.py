"""How often each detector is right, and what it says instead."""

from __future__ import annotations

from typing import Final, get_args

from ganbench.detect import KINDS
from ganbench.validation.bars import FIRST_EIGHT
from ganbench.validation.confusion import NOTHING
from ganbench.validation.label import State
from ganbench.validation.page.cells import Lines, Numbers, f1, macro, share
from ganbench.validation.phrases import estimate, table

STATES: Final = get_args(State)


def scores(numbers: Numbers) -> Lines:
    yield "## By detector"
    yield ""
    yield "A finding that fired counts as found, whatever its severity. The first eight have bars."
    yield ""
    head = ("kind", "present", "absent", "left out", "precision", "recall", "F1")
    yield from table(head, (_score(one) for one in numbers["scores"]))
    yield ""
    yield (
        "With root causes alone, where what another finding explains does not count: macro-F1 "
        f"{macro(numbers['roots']['macro'])}."
    )
    yield ""
    rows = (
        (one["kind"], share(one["precision"]), share(one["recall"]), f1(one))
        for one in numbers["roots"]["scores"]
    )
    yield from table(("kind", "precision, roots", "recall, roots", "F1, roots"), rows)


def _score(one: Numbers) -> tuple[str, ...]:
    name = f"**{one['kind']}**" if one["kind"] in FIRST_EIGHT else one["kind"]
    sizes = (str(one[size]) for size in ("present", "absent", "left_out"))
    return name, *sizes, share(one["precision"]), share(one["recall"]), f1(one)


def curves(numbers: Numbers) -> Lines:
    yield "## At other thresholds"
    yield ""
    yield (
        "AUROC of the one value that a detector reports, over the runs of which truth is sure and of which it has a value; "
        "of the others it abstains, or measured nothing. Values of different statistics are put on one scale, 0 at the null "
        "value and 1 at the threshold. The operating point is that of the whole detector, with all of its conditions: it "
        "need not lie on the curve of one of its values."
    )
    yield ""
    rows = (
        (
            one["kind"],
            estimate(*(one["area"][name] for name in ("value", "low", "high"))),
            share(one["hits"]),
            share(one["alarms"]),
            str(one["left_out"]),
        )
        for one in numbers["curves"]
    )
    yield from table(("kind", "AUROC", "fires where present", "fires where absent", "without a value"), rows)


def log(numbers: Numbers) -> Lines:
    found = numbers["from the log alone"]
    yield "## From the log alone"
    yield ""
    yield (
        "Coverage read from samples and coverage as truth are the same quantity, measured twice: where a detector sees "
        "evaluations, its score for mode-collapse, mode-hopping and in-mode-collapse checks a measurement. The same runs "
        f"without any evaluation: macro-F1 {macro(found['macro'])}, false errors in "
        f"{share(found['false errors']['share'])} of the healthy runs."
    )
    yield ""
    rows = ((one["kind"], share(one["precision"]), share(one["recall"]), f1(one)) for one in found["scores"])
    yield from table(("kind", "precision, log", "recall, log", "F1, log"), rows)


def certificate(numbers: Numbers) -> Lines:
    found = numbers["certificate"]
    yield "## The certificate by level"
    yield ""
    yield (
        "The finding convergence fires from level 2, stationary, on; the scores above are of that. Counts of runs, by what "
        "truth says of convergence."
    )
    yield ""
    rows = ((level, *(str(of.get(state, 0)) for state in STATES)) for level, of in found.items())
    yield from table(("level", *STATES), rows)


def confusion(numbers: Numbers) -> Lines:
    found = numbers["confusion"]
    named = {name for row in found.values() for name in row}
    columns = [name for name in (*KINDS, NOTHING) if name in named]
    yield "## Right alarm, wrong name"
    yield ""
    yield (
        "Rows: what is present by truth; a run with several kinds counts in each of their rows. Columns: the first "
        "root cause found. Counts of runs."
    )
    yield ""
    rows = ((name, *(str(row.get(column, "")) for column in columns)) for name, row in found.items())
    yield from table(("truth", *columns), rows)
