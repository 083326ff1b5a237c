"""The tables of a results folder: every column with its type, unit and meaning.

A name with `*` stands for a family: `final.*` for `final.covered_share` and its like. A column that is
documented here by no name is refused on writing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, Literal

SCHEMA_VERSION: Final = 1

Type = Literal["text", "integer", "number", "integers", "numbers"]
Table = Literal["runs", "evaluations", "findings", "windows", "bursts", "geometry", "plane"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column or family of columns. `nullable`: it may be empty; the meaning says when."""

    name: str
    type: Type
    unit: str
    meaning: str
    nullable: bool = False

    @property
    def family(self) -> bool:
        return "*" in self.name


def text(name: str, meaning: str) -> Column:
    return Column(name, "text", "", meaning)


def count(name: str, unit: str, meaning: str) -> Column:
    return Column(name, "integer", unit, meaning)


def optional(type_: Type, name: str, unit: str, meaning: str) -> Column:
    return Column(name, type_, unit, meaning, nullable=True)


RUNS: Final = (
    text("suite", "name of the suite"),
    text("version", "version of the suite"),
    text("cell", "name of the cell: its labels on the axes, joined by '/'"),
    text("cell_id", "hash of the cell's resolved content; equal hashes are the same cell"),
    text("evaluation_id", "hash of data, evaluation and failure criteria; equal hashes are comparable"),
    text("run_id", "the cell's hash and the seed: the key of this table"),
    text("population", "the population in which the run was trained"),
    count("seed", "", "seed of all random streams of the run"),
    optional("text", "axis.*", "", "the cell's label on this axis; empty for cells outside the product"),
    text("tier", "tier of the suite: smoke, standard or full"),
    count("steps", "generator steps", "planned length"),
    text("status", "healthy, failed (by the suite's criteria) or crashed (the program raised)"),
    optional(
        "integer", "failed_at", "generator steps", "first step of the streak that failed; empty unless failed"
    ),
    optional("text", "criterion", "", "the failure criterion that was broken; empty unless failed"),
    optional(
        "text",
        "root_cause",
        "",
        "kind of the first root cause among the run's findings, whatever its status; empty where there is none",
    ),
    optional(
        "integer",
        "diverged_at",
        "generator steps",
        "step whose loss or gradient was not finite: the run stopped before it; empty if none",
    ),
    optional(
        "integer",
        "stopped_at",
        "generator steps",
        "evaluation at which --stop-failed ended the run, whose failure was final; empty for a run that went on, or that diverged",
    ),
    optional(
        "text",
        "message",
        "",
        "traceback of a crashed run, and before it a line where it was not tried alone; else empty",
    ),
    Column("seconds", "number", "s", "wall time of the population divided by its replicas"),
    count("replicas", "runs", "size of the population"),
    count("threads", "threads", "threads of the process on the CPU"),
    text("device", "where it was trained, such as cpu or cuda:0"),
    text("precision", "float32, float64, bfloat16 or tf32"),
    text("strategy", "how the networks were vectorised over replicas; on CUDA, how iterations were made"),
    text(
        "fingerprint",
        "hash of the versions, source, device and threads it comes from: runs of different ones share no rate; "
        "environment.json lists each",
    ),
    count("samples_seen", "samples", "real samples shown to the discriminator"),
    count("gradient_evaluations", "gradients", "backward passes through either network, per run"),
    optional("integer", "modes", "modes", "modes or classes of the data; empty where it has none"),
    optional(
        "number",
        "classifier_accuracy",
        "",
        "held-out accuracy, 0 to 1, of the classifier that names classes; empty where modes are known exactly",
    ),
    optional(
        "number",
        "final.*",
        "of the metric",
        "metric at the end of the run; NaN: undefined there, or the run was stopped",
    ),
    optional(
        "number",
        "best.*",
        "of the metric",
        "best value of the metric over the run's evaluations; NaN for a run that was stopped",
    ),
    optional("number", "floor.*", "of the metric", "metric of real samples against real ones at the same n"),
    optional(
        "number",
        "reference.*",
        "of the feature",
        "the same of real samples: mean_k, std_k, pairwise_distance",
    ),
    optional(
        "integers",
        "checkpoints",
        "generator steps",
        "when the state of its population was kept in checkpoints/; empty for a crashed run",
    ),
    optional(
        "text",
        "sample_grid",
        "",
        "its picture below samples/; empty where the data are no images, and for the seeds that have no row there",
    ),
    optional(
        "integers",
        "plane_steps",
        "generator steps",
        "when its samples in the plane were kept; empty where the data do not lie in one, and before these were kept",
    ),
    text("content", "the cell's resolved setting as JSON, every default filled in"),
)

EVALUATIONS: Final = (
    text("run_id", "the run"),
    text("population", "the population in which it was trained"),
    text("cell", "name of its cell"),
    count("seed", "", "its seed"),
    count("step", "generator steps", "when it was evaluated"),
    text("of", "which generator: raw, or ema (the moving average of its weights)"),
    count("samples_seen", "samples", "real samples shown to the discriminator until then"),
    count("gradient_evaluations", "gradients", "backward passes through either network until then"),
    optional(
        "integers", "mode_histogram", "samples", "samples in each mode; empty where the data has no modes"
    ),
    optional("number", "auc_train", "", "rank AUC of D: generated samples against training data"),
    optional("number", "auc_held_out", "", "the same against data that D was not trained on"),
    optional(
        "number",
        "auc_replay",
        "",
        "rank AUC of D: the run's own samples of at least 2 evaluations ago against data that D was not trained on; "
        "NaN before there are any",
    ),
    optional(
        "number",
        "rejected",
        "",
        "share of generated samples that D calls fake, by the decision value of the loss; NaN where it has none",
    ),
    optional(
        "number", "rejected_replay", "", "the same of the run's own samples of at least 2 evaluations ago"
    ),
    optional("number", "singular_value_g", "", "largest singular value of any weight matrix of G"),
    optional("number", "singular_value_d", "", "the same of D"),
    optional("number", "*", "of the metric", "one column for each metric of the suite; NaN: undefined there"),
)

FINDINGS: Final = (
    text("run_id", "the run"),
    text("population", "the population in which it was trained"),
    text("cell", "name of its cell"),
    count("seed", "", "its seed"),
    text("kind", "kind of the finding, docs/detectors.md: one row for each kind"),
    optional("text", "form", "", "variant of the kind, such as total or partial; empty where there are none"),
    text("status", "fired, clear, not applicable or insufficient data"),
    optional("text", "severity", "", "info, warn, error or fatal; empty unless fired"),
    optional("integer", "onset_step", "generator steps", "when the condition began; empty unless fired"),
    optional("integer", "last_step", "generator steps", "when it was last seen; empty unless fired"),
    optional("text", "statistic", "", "the number that was judged, in words; empty where none was"),
    optional("number", "value", "of the statistic", "what it is; empty where nothing was judged"),
    optional("number", "null_value", "of the statistic", "what a sound run has; empty where it varies"),
    optional("number", "threshold", "of the statistic", "from where on it counts; empty where it varies"),
    count("blocks_true", "blocks", "blocks of steps, or evaluations, that met the condition"),
    count("blocks_seen", "blocks", "blocks of steps, or evaluations, that were judged"),
    text(
        "evidence",
        "JSON: a list of {series, first, last, value}, values of series over generator steps first to last",
    ),
    text("reason", "the answer in words"),
    optional("text", "consequence_of", "", "kind of the root cause that explains it; empty for all others"),
    text("thresholds_hash", "hash of the thresholds that it was judged by"),
)

WINDOWS: Final = (
    text("run_id", "the run"),
    count("window", "", "number of the window, from 0"),
    count("first_step", "generator steps", "first step in the window"),
    count("last_step", "generator steps", "last step in the window"),
    Column("*.count", "number", "values", "finite values of the signal in the window"),
    optional("number", "*.mean", "of the signal", "their mean"),
    optional("number", "*.m2", "of the signal, squared", "sum of their squared deviations from the mean"),
    optional("number", "*.min", "of the signal", "the least of them; inf for none"),
    optional("number", "*.max", "of the signal", "the greatest of them; -inf for none"),
    optional("number", "*.last", "of the signal", "the last of them; NaN for none"),
    optional("number", "*.d2", "of the signal, squared", "sum of squared differences of neighbours"),
)

BURSTS: Final = (
    text("run_id", "the run"),
    count(
        "burst",
        "",
        "number of the burst, from 0; below are flight recorders: -1 the last steps before a divergence, -2 those before "
        "the evaluation by which the run has failed",
    ),
    count("step", "generator steps", "the step"),
    optional("number", "*", "of the signal", "one column for each signal: its raw value at the step"),
)

GEOMETRY: Final = (
    text("run_id", "the run"),
    count("step", "generator steps", "when the game was looked at"),
    optional("number", "cosine_g", "", "cosine of G's gradients one iteration apart, on one fixed batch"),
    optional("number", "cosine_d", "", "the same of D's"),
    optional(
        "number",
        "path_cosine_*",
        "",
        "cosine of the field and the way since the last look, at so many % of it",
    ),
    optional("number", "eigenvalue_*_real", "1/step size", "eigenvalues of the game's Jacobian: real parts"),
    optional("number", "eigenvalue_*_imag", "1/step size", "imaginary parts; NaN where there are fewer"),
    optional(
        "number",
        "eigenvalue_*_residual",
        "",
        "residual of the eigenvalue over its modulus: near 0 where converged; NaN where there are fewer",
    ),
)

PLANE: Final = (
    text("run_id", "the run"),
    count(
        "step",
        "generator steps",
        "when: an evaluation near a quarter of the run, or that at which it was stopped",
    ),
    text("of", "whose samples: raw, or ema, as the failure criteria have it"),
    Column("x", "numbers", "of the data", "first coordinates of up to 256 samples of the evaluation"),
    Column("y", "numbers", "of the data", "their second coordinates"),
    Column("left", "number", "of the data", "x of the first column of the grid of logits"),
    Column("bottom", "number", "of the data", "y of its first row"),
    Column(
        "width", "number", "of the data", "its side: a square around the box of the data, a quarter wider"
    ),
    optional(
        "numbers",
        "logits",
        "",
        "logits of D on the grid of 33 x 33, row after row from the bottom, none beyond 65,504; empty where D does not "
        "judge samples one by one, or raised when it was asked",
    ),
    optional(
        "number",
        "decision",
        "",
        "the logit between real and fake; empty where the loss has none, as of critics",
    ),
)

TABLES: Final[dict[Table, tuple[Column, ...]]] = {
    "runs": RUNS,
    "evaluations": EVALUATIONS,
    "findings": FINDINGS,
    "windows": WINDOWS,
    "bursts": BURSTS,
    "geometry": GEOMETRY,
    "plane": PLANE,
}


def column(table: Table, name: str) -> Column:
    """What documents the column `name`; raises ValueError where nothing does."""
    for candidate in TABLES[table]:
        if fnmatchcase(name, candidate.name):
            return candidate
    raise ValueError(f"column '{name}' of table '{table}' is not documented in {__name__}")


def required(table: Table) -> set[str]:
    """The columns that every file of the table has and that are never empty."""
    return {c.name for c in TABLES[table] if not c.family and not c.nullable}


def ordered(table: Table, names: Iterable[str]) -> list[str]:
    """The fixed columns of the table, and those of `names` in its families, in the order of the schema."""
    place = {documented: index for index, documented in enumerate(TABLES[table])}
    fixed = (documented.name for documented in TABLES[table] if not documented.family)
    return sorted(dict.fromkeys([*names, *fixed]), key=lambda name: place[column(table, name)])
