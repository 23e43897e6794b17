"""The `cluster.yaml` of `ray up` and of the autoscaler."""
