"""ganbench: the benchmark and diagnostics toolkit for GAN stability."""

__version__ = "0.1.0"
