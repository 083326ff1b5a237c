"""When: delays from the onset, strength of the fault, early warning."""

from __future__ import annotations

from ganbench.validation.page.cells import Lines, Numbers, share
from ganbench.validation.phrases import estimate, steps, table


def delays(numbers: Numbers) -> Lines:
    yield "## Delay"
    yield ""
    yield (
        "Generator steps from the true onset to the first look at which the detector fires; it looks at every "
        "evaluation. Censored: it never does, up to the last look. Median, with its interval, and quartiles are those of "
        "Kaplan and Meier's curve; never: it does not come down that far. Early: it fired at the last look before the "
        "onset."
    )
    yield ""
    rows = (
        (
            one["kind"],
            str(one["runs"]),
            str(one["censored"]),
            f"{steps(one['median'])} [{steps(one['low'])}, {steps(one['high'])}]",
            f"{steps(one['lower'])} to {steps(one['upper'])}",
            share(one["early"]),
        )
        for one in numbers["delays"]
    )
    yield from table(("kind", "runs", "censored", "median", "quartiles", "early"), rows)


def doses(numbers: Numbers) -> Lines:
    yield "## Dose response"
    yield ""
    yield (
        "By fault and dose: runs in which the fault provoked what it is meant to (by truth, where it is sure), and runs "
        "in which the detector fired."
    )
    yield ""
    rows = (
        (one["fault"], f"{one['dose']:g}", one["kind"], share(one["took"]), share(one["fired"]))
        for one in numbers["doses"]
    )
    yield from table(("fault", "dose", "meant", "took", "fired"), rows)


def warning(numbers: Numbers) -> Lines:
    found = numbers["warning"]
    yield "## Early warning"
    yield ""
    yield (
        "From the first quarter of training alone: AUROC for the final failure, .50 is a coin. The regression and the "
        f"direction of each baseline come from {found['trained']} runs of the tuning part; scored on {found['failed']} "
        f"failed and {found['healthy']} healthy runs of the test part. {found['left_out']} test runs are left out: their "
        "fault comes later than the quarter, or truth does not know their outcome."
    )
    yield ""
    rows = ((one["name"], estimate(one["value"], one["low"], one["high"])) for one in found["areas"])
    yield from table(("predictor", "AUROC"), rows)
