"""Detectors measured: a corpus of runs with known faults, what truly happened in each, and scores against it."""
