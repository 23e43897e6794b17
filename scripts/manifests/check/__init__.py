"""Judges Kubernetes documents offline: YAML, schemas, the rules of KubeRay's operator, and good sense."""
