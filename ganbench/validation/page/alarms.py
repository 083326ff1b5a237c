"""What is said of runs in which nothing is wrong, and what is not said at all."""

from __future__ import annotations

from ganbench.validation.page.cells import Lines, Numbers, rate, share
from ganbench.validation.phrases import counts, table


def false_errors(numbers: Numbers) -> Lines:
    found = numbers["false errors"]
    yield "## False errors"
    yield ""
    yield (
        "A finding of severity error or fatal, of any kind, in a run in which truth finds nothing present: "
        f"{share(found['share'])}. In healthy runs without a borderline label: {share(found['plain'])}. In runs whose "
        "fault came later than step 0, on the rows before it: "
        f"{share(numbers['errors before the fault'])}."
    )
    yield ""
    yield f"By kind: {counts(found['kinds'])}. By base: {counts(found['bases'])}."
    yield ""
    every = numbers["false findings"]
    yield (
        f"Findings of any severity in these runs: {share(every['runs'])}. By generator steps, each kind of a run counted "
        f"once: findings {rate(every['all'])}; errors {rate(every['errors'])}."
    )


def abstentions(numbers: Numbers) -> Lines:
    yield "## Abstention"
    yield ""
    yield (
        "Runs of the test part to which a detector does not apply, and runs with too little data for it; and what "
        "abstaining buys. Wrong: of the runs of which truth is sure and in which it answers. Surest half: the same of the "
        "half of them whose value lies farthest from the threshold, by factors."
    )
    yield ""
    risks = {one["kind"]: one for one in numbers["risks"]}
    rows = (
        (
            kind,
            share(found["not applicable"]),
            share(found["insufficient data"]),
            share(risks[kind]["wrong"]),
            share(risks[kind]["surest"]),
        )
        for kind, found in numbers["abstentions"].items()
    )
    yield from table(("kind", "not applicable", "insufficient data", "wrong", "surest half"), rows)


def synthetic(numbers: Numbers) -> Lines:
    yield "## Logs without a GAN"
    yield ""
    yield (
        "Losses, ranks, norms and moments of fakes that are red noise about sound levels, x_t = phi x_(t-1) + e_t; at "
        "phi = 1 a random walk. Whatever fires is false."
    )
    yield ""
    rows = (
        (f"{one['phi']:g}", share(one["fired"]), share(one["errors"]), counts(one["kinds"]))
        for one in numbers["synthetic"]
    )
    yield from table(("phi", "logs with a finding", "logs with an error", "kinds"), rows)
