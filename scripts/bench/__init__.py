"""`make bench`: how fast it is, as medians and ratios, in an empty clone."""
