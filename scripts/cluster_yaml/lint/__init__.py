"""Names the known traps in anybody's cluster.yaml for `ray up` on AWS, as Ray 2.60 reads it."""
