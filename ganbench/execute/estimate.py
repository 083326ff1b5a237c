"""What a setting takes, before anything is allocated."""

from __future__ import annotations

import math

from ganbench import registry
from ganbench.execute.keeper import QUARTERS
from ganbench.execute.plane import BYTES as LOOK
from ganbench.gan.networks import ConvOptions
from ganbench.gan.networks.pyramid import Cost, cost
from ganbench.gan.tricks.trick import Extent
from ganbench.registry import Options
from ganbench.suite.datasets import dataset
from ganbench.suite.schema import Setting
from ganbench.suite.sizes import Role, joined_shape, judged_together, label_count, pack, sizes

BLOCK = 64  # steps on the tape, and in a chunk of the recorder
SIGNALS, STATISTICS = 50, 7
OLD_FAKES = 512  # samples of its own past that a run keeps
COMPRESSION = 0.6  # of traces, which are mostly noise
WORKER = 600_000_000  # bytes of a process that has imported torch


def bytes_per_replica(setting: Setting) -> int:
    """About the memory of one replica: weights, tapes, recorder, trace, activations of a step."""
    number = 8 if setting.precision == "float64" else 4
    sample, labels = math.prod(joined_shape(setting)), label_count(setting)
    drawn = setting.batch * (sample + 2 * (setting.latent.dim + labels))
    recorded = setting.batch * (3 + min(sample, 8))
    trace = SIGNALS * (8 * STATISTICS + 4 * BLOCK)  # the open window, and the last steps
    evaluated = setting.evaluation.samples * (sample + setting.latent.dim + _widest(setting)) * 8
    held = number * (
        8 * parameters(setting)
        + BLOCK * (3 * drawn + 2 * recorded)
        + 12 * _activations(setting)
        + OLD_FAKES * sample
    )
    return held + _masks(setting, number) + number * _remembered(setting) + trace + evaluated


def disk_per_replica(setting: Setting) -> int:
    """About the bytes that a finished run leaves: its traces, and near each quarter a checkpoint of its weights and
    moments and, of data in the plane, samples.
    """
    number = 8 if setting.precision == "float64" else 4
    windows = min(setting.probes.windows, setting.steps)
    kept = min(setting.probes.bursts * setting.probes.burst_steps, setting.steps)
    trace = SIGNALS * 4 * (STATISTICS * windows + kept)
    looked = LOOK if dataset(setting.data).shape == (2,) else 0
    return round(COMPRESSION * trace) + QUARTERS * (number * 3 * parameters(setting) + looked)


def work_per_step(setting: Setting) -> float:
    """Multiply-adds of one replica in one generator step; a penalty is two more passes through D, and so is a step
    of D that is differentiated.
    """
    terms = sum(1 / options.model_dump().get("every", math.inf) for options in setting.penalties)
    g, d = _work_of(setting, "generator"), _work_of(setting, "discriminator") / pack(setting)
    d_step = g + 6 * d + 9 * d * terms
    g_step = 3 * g + 2 * d + 12 * d * _unrolled(setting)
    ratio = setting.schedule.d_steps / setting.schedule.g_steps
    return float(setting.batch * (d_step * ratio + g_step) * _repeated(setting))


def parameters(setting: Setting) -> int:
    """Of both networks."""
    return _parameters_of(setting, "generator") + _parameters_of(setting, "discriminator")


def _work_of(setting: Setting, role: Role) -> int:
    """Multiply-adds of one sample, or pack, in one pass."""
    images = _of_images(setting, role)
    return images.work if images else _parameters_of(setting, role)


def _of_images(setting: Setting, role: Role) -> Cost | None:
    """Of a convolutional network."""
    options, image = getattr(setting, role), dataset(setting.data).image_shape
    if not isinstance(options, ConvOptions) or image is None:
        return None
    inputs, outputs = sizes(setting, role)
    flat, sample = (inputs, outputs) if role == "generator" else (outputs, inputs)
    depth = _channels(setting, role, sample, pixels=math.prod(image))
    return cost(
        options.width, image, depth=depth, flat=flat, rising=role == "generator", pooled=options.pooled
    )


def _channels(setting: Setting, role: Role, sample: int, *, pixels: int) -> int:
    """Of the image that a convolution sees, or makes; the labels of concatenation are channels too."""
    told = (
        setting.conditional.discriminator if setting.conditional and role == "discriminator" else "auxiliary"
    )
    labels = 0 if told == "auxiliary" else pack(setting) * label_count(setting)
    return (sample - labels) // pixels + (labels if told == "concatenation" else 0)


def _parameters_of(setting: Setting, role: Role) -> int:
    images = _of_images(setting, role)
    if images:
        return images.weights
    return network_parameters(getattr(setting, role), *sizes(setting, role))


def network_parameters(options: Options, inputs: int, outputs: int) -> int:
    """Weights of a fully connected network with these options; of other networks those of one layer."""
    width, depth = getattr(options, "width", 0), getattr(options, "depth", 0)
    wide = width * getattr(options, "maxout", 1)
    if not width:
        return (inputs + 1) * outputs
    compared, added = _minibatch(options)
    hidden = (inputs + 1) * wide + (depth - 1) * (width + 1) * wide
    return hidden + width * compared + (width + added + 1) * outputs


def _minibatch(options: Options) -> tuple[int, int]:
    """Numbers that a minibatch layer compares between samples, and features that it adds."""
    kernels, dim = getattr(options, "minibatch_kernels", 0), getattr(options, "minibatch_dim", 0)
    sizes = {"deviation": (0, 1), "discrimination": (kernels * dim, kernels)}
    return sizes.get(getattr(options, "minibatch", "none"), (0, 0))


def _masks(setting: Setting, number: int) -> int:
    """Bytes of the tapes of dropout: a mask for each layer, of G in both players' passes, of D for real and
    fake and a penalty's samples as well. While one is drawn, it is there twice in float64.
    """
    (g, g_layers), (d, d_layers) = _dropped(setting.generator), _dropped(setting.discriminator)
    kept = 2 * g * g_layers + 4 * d * d_layers
    drawn = max(g, 2 * d)
    return BLOCK * setting.batch * (number * kept + 2 * 8 * drawn)


def _unrolled(setting: Setting) -> int:
    """Steps of D that a generator step looks ahead."""
    tricks = ((registry.load("trick", options), options) for options in setting.tricks)
    return sum(trick.unrolled(options) for trick, options in tricks if trick.unrolled)


def _repeated(setting: Setting) -> int:
    """How often a step takes its work: twice to look ahead; a trick of the joint field adds six times as much to
    each pass (measured: width 128, batch 64).
    """
    passes = 2 if setting.schedule.order == "extragradient" else 1
    return passes * (7 if any(registry.load("trick", one).field for one in setting.tricks) else 1)


def _remembered(setting: Setting) -> int:
    """Numbers that the tricks keep."""
    sample = math.prod(joined_shape(setting))
    g = _parameters_of(setting, "generator")
    extent = Extent((sample,), setting.batch, {"g": g, "d": parameters(setting) - g})
    loaded = ((registry.load("trick", options), options) for options in setting.tricks)
    shapes = (trick.memory(options, extent) for trick, options in loaded if trick.memory)
    return sum(math.prod(shape) for named in shapes for shape in named.values())


def _dropped(options: Options) -> tuple[int, int]:
    """Width and number of the layers that dropout follows."""
    if not getattr(options, "dropout", 0):
        return 0, 0
    return getattr(options, "width", 0), getattr(options, "depth", 0)


def _activations(setting: Setting) -> int:
    of_d = 2 * _layers(setting.discriminator) * (1 + _unrolled(setting))
    layers = _layers(setting.generator) + of_d
    compared, _ = _minibatch(setting.discriminator)
    pairs = 2 * judged_together(setting) ** 2 * compared
    return setting.batch * layers * _widest(setting) + pairs


def _widest(setting: Setting) -> int:
    return max(_width(setting, "generator"), _width(setting, "discriminator"))


def _width(setting: Setting, role: Role) -> int:
    images, options = _of_images(setting, role), getattr(setting, role)
    return images.largest if images else getattr(options, "width", 1) * getattr(options, "maxout", 1)


def _layers(options: Options) -> int:
    """As many as are as wide as the widest: a convolution, its norm and its activation, and half of that below."""
    return 6 if isinstance(options, ConvOptions) else getattr(options, "depth", 1)
