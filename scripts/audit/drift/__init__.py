"""Intended against deployed: Terraform's state and AWS's answers, attribute by attribute."""
