"""What runs Terraform: finds the binary and its providers, and turns its errors into one line each."""
