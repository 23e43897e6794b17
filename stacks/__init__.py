"""One stack per flavour."""

# Before any `import cdktf`: see modules/aws.py.
import modules as modules
