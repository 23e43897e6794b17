"""What an Anyscale cloud needs of AWS, found in an inventory and judged by effect."""
