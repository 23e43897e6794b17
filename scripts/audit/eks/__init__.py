"""What an environment on EKS wants of its cluster."""
