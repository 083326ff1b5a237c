"""Suites: read with positions, validated, expanded into cells, runs and populations. No torch."""
