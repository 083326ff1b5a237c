"""What a setting takes, before anything is allocated."""

from __future__ import annotations

import math

from ganbench.registry import Options
from ganbench.suite.datasets import dataset
from ganbench.suite.schema import Setting

BLOCK = 64  # steps on the tape, and in a chunk of the recorder
SIGNALS, STATISTICS = 50, 7
COMPRESSION = 0.8  # of traces, which are mostly noise
WORKER = 600_000_000  # bytes of a process that has imported torch


def bytes_per_replica(setting: Setting) -> int:
    """About the memory of one replica: weights, tapes, recorder, trace, activations of a step."""
    number = 8 if setting.precision == "float64" else 4
    sample = math.prod(dataset(setting.data).shape)
    drawn = setting.batch * (sample + 2 * setting.latent.dim)
    recorded = setting.batch * (3 + min(sample, 8))
    windows = min(setting.probes.windows, setting.steps)
    raw = min(setting.probes.bursts * setting.probes.burst_steps, setting.steps)
    trace = 4 * SIGNALS * (STATISTICS * windows + raw)
    evaluated = setting.evaluation.samples * (sample + setting.latent.dim + _widest(setting)) * 8
    held = number * (
        8 * parameters(setting) + BLOCK * (3 * drawn + 2 * recorded) + 12 * _activations(setting)
    )
    return held + _masks(setting, number) + trace + evaluated


def disk_per_replica(setting: Setting) -> int:
    """About the bytes that a finished run leaves: its traces, and four checkpoints of its weights and moments."""
    number = 8 if setting.precision == "float64" else 4
    windows = min(setting.probes.windows, setting.steps)
    kept = min(setting.probes.bursts * setting.probes.burst_steps, setting.steps)
    trace = SIGNALS * 4 * (STATISTICS * windows + kept)
    return round(COMPRESSION * trace) + 4 * number * 3 * parameters(setting)


def work_per_step(setting: Setting) -> float:
    """Multiply-adds of one replica in one generator step; a penalty is two more passes through D."""
    terms = sum(1 / options.model_dump().get("every", math.inf) for options in setting.penalties)
    sample = math.prod(dataset(setting.data).shape)
    g = network_parameters(setting.generator, setting.latent.dim, sample)
    d = network_parameters(setting.discriminator, sample, 1)
    d_step = g + 6 * d + 9 * d * terms
    g_step = 3 * g + 2 * d
    ratio = setting.schedule.d_steps / setting.schedule.g_steps
    return float(setting.batch * (d_step * ratio + g_step))


def parameters(setting: Setting) -> int:
    """Of both networks."""
    sample = math.prod(dataset(setting.data).shape)
    return network_parameters(setting.generator, setting.latent.dim, sample) + network_parameters(
        setting.discriminator, sample, 1
    )


def network_parameters(options: Options, inputs: int, outputs: int) -> int:
    """Weights of a fully connected network with these options; of other networks those of one layer."""
    width, depth = getattr(options, "width", 0), getattr(options, "depth", 0)
    wide = width * getattr(options, "maxout", 1)
    if not width:
        return (inputs + 1) * outputs
    return (inputs + 1) * wide + (depth - 1) * (width + 1) * wide + (width + 1) * outputs


def _masks(setting: Setting, number: int) -> int:
    """Bytes of the tapes of dropout: a mask for each layer, of G in both players' passes, of D for real and
    fake and a penalty's samples as well. While one is drawn, it is there twice in float64.
    """
    (g, g_layers), (d, d_layers) = _dropped(setting.generator), _dropped(setting.discriminator)
    kept = 2 * g * g_layers + 4 * d * d_layers
    drawn = max(g, 2 * d)
    return BLOCK * setting.batch * (number * kept + 2 * 8 * drawn)


def _dropped(options: Options) -> tuple[int, int]:
    """Width and number of the layers that dropout follows."""
    if not getattr(options, "dropout", 0):
        return 0, 0
    return getattr(options, "width", 0), getattr(options, "depth", 0)


def _activations(setting: Setting) -> int:
    layers = getattr(setting.generator, "depth", 1) + 2 * getattr(setting.discriminator, "depth", 1)
    return setting.batch * layers * _widest(setting)


def _widest(setting: Setting) -> int:
    widths = [
        getattr(o, "width", 1) * getattr(o, "maxout", 1) for o in (setting.generator, setting.discriminator)
    ]
    return max(widths)
