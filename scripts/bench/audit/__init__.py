"""`make bench-audit`: how long it takes to read a whole environment, with 50 ms to every call."""
