"""The Kubernetes API of the embedded EKS: it holds objects as an API server does, and runs nothing."""
