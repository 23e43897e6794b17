"""Our own verification of what an Anyscale cloud needs of AWS."""
