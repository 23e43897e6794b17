"""Operate a cluster that is deployed: status, logs, tunnels, jobs."""
