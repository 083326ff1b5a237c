"""What the numbers are of, and whether the bars are reached."""

from __future__ import annotations

from ganbench.validation.bars import FALSE_ERRORS, MACRO_F1, RECALL
from ganbench.validation.page.cells import Lines, Numbers, macro, share
from ganbench.validation.phrases import counts, decimal, table


def head(numbers: Numbers) -> Lines:
    corpus, test = numbers["corpus"], numbers["corpus"]["test"]
    yield "# How often the detectors are right"
    yield ""
    yield (
        "Written by `ganbench validate-detectors` from `detectors-validation.json`, which holds all numbers; not "
        "edited by hand. What the detectors are: [detectors](detectors.md)."
    )
    yield ""
    yield (
        f"The corpus has {corpus['runs']} runs: {len(corpus['bases'])} settings that end healthy (bases), each as it "
        f"is and with a fault switched on at a known step, in several doses. {corpus['healthy']} runs are healthy by "
        "truth. What truly happened in a run is measured by other code than the detectors', on other data, with other "
        "thresholds (`ganbench/validation/truth.py`), which imports no detector. A fault that did nothing leaves a "
        "healthy run."
    )
    yield ""
    yield (
        f"Runs with seeds {_seeds(corpus['tuning'])} were for tuning ({corpus['tuning']['runs']} runs, "
        f"{corpus['tuning']['healthy']} of them healthy), those with seeds {_seeds(test)} for the scores below "
        f"({test['runs']} runs, {test['healthy']} healthy, {test['failed']} failed). No base with the same seed is in "
        "both parts. The thresholds, frozen before the test "
        f"part was scored, have the hash `{numbers['thresholds']['hash']}`."
    )
    yield ""
    yield (
        "Intervals are at 95 %: Wilson's for shares, percentile bootstraps over runs for F1 and AUROC. A label is "
        "present, absent, borderline or unknown; the last two are left out of precision and recall, and counted "
        f"(labels of the test part: {counts(test['labels'])})."
    )


def _seeds(part: Numbers) -> str:
    first, last = part["seeds"]
    return f"{first} to {last}"


def bars(numbers: Numbers) -> Lines:
    mean, short = numbers["macro"], numbers["shortfalls"]
    yield "## Against the bars"
    yield ""
    yield (
        f"Macro-F1 {macro(mean)}, over {len(mean['kinds'])} kinds that are present in the test part "
        f"(n = {mean['runs']} runs). False errors in {share(numbers['false errors']['share'])} of the healthy runs."
    )
    yield ""
    goal = (
        f"macro-F1 at least {decimal(MACRO_F1)}, recall of each of the first eight detectors at least "
        f"{decimal(RECALL)}, false errors in at most {100 * FALSE_ERRORS:g} % of the healthy runs"
    )
    if not short:
        yield f"Every bar is reached: {goal}."
        return
    yield f"The bars are: {goal}. What falls short:"
    yield ""
    yield from (f"* {one}" for one in short)


def corpus(numbers: Numbers) -> Lines:
    yield "## The corpus"
    yield ""
    yield "Runs by base, by loss and by fault, of both parts."
    for name in ("bases", "losses", "faults"):
        yield ""
        rows = ((key, str(value)) for key, value in numbers["corpus"][name].items())
        yield from table((name, "runs"), rows)
