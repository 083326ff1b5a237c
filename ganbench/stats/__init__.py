"""Statistics of runs: the run is the unit of replication. No torch."""
