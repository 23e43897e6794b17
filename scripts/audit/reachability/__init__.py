"""Who can reach what, by route tables, network ACLs, security groups and public addresses."""
