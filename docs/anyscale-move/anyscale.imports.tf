# Import blocks for what the vendor's Terraform module made: see docs/anyscale.md. Copy to environments/<name>.imports.tf,
# put your ids in the place of <…>, and leave out what you do not have. They may stay after the apply, or go.

# Network
import {
  to = aws_vpc.network_vpc
  id = "<vpc>"
}
import {
  to = aws_internet_gateway.network_internet_gateway
  id = "<igw>"
}
import {
  to = aws_subnet.network_public_us_west_2a
  id = "<public-a>"
}
import {
  to = aws_subnet.network_public_us_west_2b
  id = "<public-b>"
}
import {
  to = aws_subnet.network_private_us_west_2a
  id = "<private-a>"
}
import {
  to = aws_subnet.network_private_us_west_2b
  id = "<private-b>"
}
import {
  to = aws_route_table.network_public_route_table
  id = "<rtb-public>"
}
import {
  to = aws_route_table.network_private_us_west_2a_route_table
  id = "<rtb-private-a>"
}
import {
  to = aws_route_table.network_private_us_west_2b_route_table
  id = "<rtb-private-b>"
}
import {
  to = aws_route_table_association.network_public_association_us_west_2a
  id = "<public-a>/<rtb-public>"
}
import {
  to = aws_route_table_association.network_public_association_us_west_2b
  id = "<public-b>/<rtb-public>"
}
import {
  to = aws_route_table_association.network_private_association_us_west_2a
  id = "<private-a>/<rtb-private-a>"
}
import {
  to = aws_route_table_association.network_private_association_us_west_2b
  id = "<private-b>/<rtb-private-b>"
}
import {
  to = aws_route.network_public_route_internet
  id = "<rtb-public>_0.0.0.0/0"
}
import {
  to = aws_route.network_private_route_nat_us_west_2a
  id = "<rtb-private-a>_0.0.0.0/0"
}
import {
  to = aws_route.network_private_route_nat_us_west_2b
  id = "<rtb-private-b>_0.0.0.0/0"
}
import {
  to = aws_eip.network_nat_address_us_west_2a
  id = "<eip-a>"
}
import {
  to = aws_eip.network_nat_address_us_west_2b
  id = "<eip-b>"
}
import {
  to = aws_nat_gateway.network_nat_gateway_us_west_2a
  id = "<nat-a>"
}
import {
  to = aws_nat_gateway.network_nat_gateway_us_west_2b
  id = "<nat-b>"
}
import {
  to = aws_vpc_endpoint.s3_endpoint
  id = "<vpce-s3>"
}

# Security group, and its rules by their own ids
import {
  to = aws_security_group.security_groups_cloud
  id = "<sg>"
}
import {
  to = aws_vpc_security_group_ingress_rule.security_groups_cloud_ingress_all_cloud
  id = "<sgr-from-itself>"
}
import {
  to = aws_vpc_security_group_ingress_rule.security_groups_cloud_ingress_https_10_0_0_0_8
  id = "<sgr-https>"
}
import {
  to = aws_vpc_security_group_egress_rule.security_groups_cloud_egress_all_cloud
  id = "<sgr-to-itself>"
}
import {
  to = aws_vpc_security_group_egress_rule.security_groups_cloud_egress_internet_0_0_0_0_0
  id = "<sgr-to-all>"
}

# Roles
import {
  to = aws_iam_role.control_plane
  id = "<control-plane-role>"
}
import {
  to = aws_iam_role.cluster_node
  id = "<node-role>"
}
import {
  to = aws_iam_instance_profile.cluster_node_profile
  id = "<node-role>"
}
import {
  to = aws_iam_role_policy_attachment.cluster_node_attachment_AmazonEC2ContainerRegistryReadOnly
  id = "<node-role>/arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
}

# Bucket
import {
  to = aws_s3_bucket.buckets_cloud
  id = "<bucket>"
}
import {
  to = aws_s3_bucket_server_side_encryption_configuration.buckets_cloud_encryption
  id = "<bucket>"
}
import {
  to = aws_s3_bucket_cors_configuration.buckets_cloud_cors
  id = "<bucket>"
}
import {
  to = aws_s3_bucket_public_access_block.buckets_cloud_public_access_block
  id = "<bucket>"
}
import {
  to = aws_s3_bucket_policy.buckets_cloud_policy
  id = "<bucket>"
}

# EFS
import {
  to = aws_efs_file_system.efs_file_system
  id = "<efs>"
}
import {
  to = aws_efs_backup_policy.efs_backup
  id = "<efs>"
}
import {
  to = aws_efs_mount_target.efs_mount_target_us_west_2a
  id = "<fsmt-a>"
}
import {
  to = aws_efs_mount_target.efs_mount_target_us_west_2b
  id = "<fsmt-b>"
}

# MemoryDB
import {
  to = aws_memorydb_cluster.memorydb_cluster
  id = "<memorydb>"
}
import {
  to = aws_memorydb_subnet_group.memorydb_subnet_group
  id = "<memorydb-subnets>"
}
