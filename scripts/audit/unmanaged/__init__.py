"""What stands in the environment's scope and is not in Terraform's state: explained, or a finding."""
