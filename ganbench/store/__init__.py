"""Results on disk: what is in a folder, how it gets there, how it is read. No torch."""
