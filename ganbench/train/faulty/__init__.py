"""What faults do to a game; their names are in `ganbench.train.faults`."""
