"""Clusters of real machines, made by the real boot scripts (docs/adr/0006-ray-proven-on-one-machine.md).

From the outside in: a `Site` is what stands around clusters (the VPC's bridge, AWS's stand-ins, name resolution, an
operator, a stranger). A `Cluster` is one `Deployment` (environment, addresses, secrets) on it, with its
`SecurityGroups`. A `Machine` is a systemd in namespaces of its own, on a `Disk`: an overlay of this host's root with
our user data on it. `RunState` knows everything that was made, so that it can be taken away.

What must run on a machine or at the operator's is shipped as the text of a file (`programs.py`: driver, prober, keeper,
workload, scan), because this project is not installed there.
"""
