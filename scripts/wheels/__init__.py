"""`make wheels`: put the Python packages of an environment's nodes where they take them from, in S3."""
