"""Reusable constructs, one per file."""

# First of all, because it prepares what `import cdktf` starts.
from modules import aws as aws
