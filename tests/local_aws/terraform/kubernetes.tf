# An EKS cluster with all that flavour kuberay-eks puts in it.
locals {
  addons = {
    vpc-cni                = { version = "v1.22.4-eksbuild.3", values = { enableNetworkPolicy = tostring(var.updated) } }
    coredns                = { version = var.updated ? "v1.14.3-eksbuild.23" : "v1.13.2-eksbuild.31", values = {} }
    eks-pod-identity-agent = { version = "v1.3.10-eksbuild.3", values = {} }
  }
  node_policies = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"]
}

data "aws_iam_policy_document" "kubernetes" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]
    principals {
      type        = "Service"
      identifiers = ["eks.amazonaws.com", "ec2.amazonaws.com", "pods.eks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "kubernetes" {
  for_each           = toset(["cluster", "kube-node", "pods", "pods-2", "person"])
  name               = "${local.name}-${each.value}"
  assume_role_policy = data.aws_iam_policy_document.kubernetes.json
}

resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.kubernetes["cluster"].name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
}

resource "aws_iam_role_policy_attachment" "kube_node" {
  for_each   = toset(local.node_policies)
  role       = aws_iam_role.kubernetes["kube-node"].name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

resource "aws_cloudwatch_log_group" "kubernetes" {
  name              = "/aws/eks/${local.name}/cluster"
  retention_in_days = 30
}

resource "aws_eks_cluster" "main" {
  name                          = local.name
  role_arn                      = aws_iam_role.kubernetes["cluster"].arn
  version                       = var.updated ? "1.36" : "1.35"
  bootstrap_self_managed_addons = false
  enabled_cluster_log_types     = var.updated ? ["api", "audit", "authenticator"] : ["api", "scheduler"]

  access_config {
    authentication_mode                         = "API"
    bootstrap_cluster_creator_admin_permissions = true
  }
  encryption_config {
    resources = ["secrets"]
    provider { key_arn = aws_kms_key.main.arn }
  }
  kubernetes_network_config { service_ipv4_cidr = "172.20.0.0/16" }
  upgrade_policy { support_type = var.updated ? "STANDARD" : "EXTENDED" }
  vpc_config {
    subnet_ids              = [for s in aws_subnet.private : s.id]
    security_group_ids      = [aws_security_group.store.id]
    endpoint_private_access = true
    endpoint_public_access  = var.updated
    public_access_cidrs     = var.updated ? ["192.0.2.0/24"] : null
  }
  tags       = { Name = local.name }
  depends_on = [aws_iam_role_policy_attachment.cluster, aws_cloudwatch_log_group.kubernetes]
}

data "aws_eks_cluster" "main" { name = aws_eks_cluster.main.name }

resource "aws_iam_openid_connect_provider" "main" {
  url            = aws_eks_cluster.main.identity[0].oidc[0].issuer
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_launch_template" "kubernetes" {
  name                   = "${local.name}-kubernetes"
  update_default_version = true
  vpc_security_group_ids = [aws_security_group.nodes.id]
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = var.updated ? 2 : 1
  }
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size           = 50
      volume_type           = "gp3"
      encrypted             = true
      kms_key_id            = aws_kms_key.main.arn
      delete_on_termination = true
    }
  }
  tag_specifications {
    resource_type = "instance"
    tags          = { Name = "kubernetes" }
  }
}

resource "aws_eks_node_group" "main" {
  for_each        = { system = "AL2023_x86_64_STANDARD", head = "AL2023_ARM_64_STANDARD" }
  cluster_name    = aws_eks_cluster.main.name
  node_group_name = each.key
  node_role_arn   = aws_iam_role.kubernetes["kube-node"].arn
  subnet_ids      = [for s in aws_subnet.private : s.id]
  ami_type        = each.value
  capacity_type   = each.key == "head" ? "ON_DEMAND" : "SPOT"
  instance_types  = each.key == "head" ? ["m7g.large"] : ["m7i.large", "m6i.large"]
  labels          = { "rayform/node-group" = each.key, size = var.updated ? "l" : "m" }
  version         = aws_eks_cluster.main.version

  launch_template {
    id      = aws_launch_template.kubernetes.id
    version = aws_launch_template.kubernetes.latest_version
  }
  scaling_config {
    min_size     = 1
    max_size     = var.updated ? 4 : 3
    desired_size = 1
  }
  update_config { max_unavailable = var.updated ? 2 : 1 }
  node_repair_config { enabled = true }
  dynamic "taint" {
    for_each = each.key == "head" ? toset(var.updated ? ["NO_SCHEDULE", "NO_EXECUTE"] : ["NO_SCHEDULE"]) : toset([])
    content {
      key    = "rayform/node-group"
      value  = each.key
      effect = taint.value
    }
  }
  tags       = { Name = each.key }
  depends_on = [aws_iam_role_policy_attachment.kube_node, aws_eks_addon.main["vpc-cni"]]
  lifecycle { ignore_changes = [scaling_config[0].desired_size] }
}

resource "aws_eks_addon" "main" {
  for_each                    = local.addons
  cluster_name                = aws_eks_cluster.main.name
  addon_name                  = each.key
  addon_version               = each.value.version
  configuration_values        = length(each.value.values) > 0 ? jsonencode(each.value.values) : null
  resolve_conflicts_on_create = "OVERWRITE"
  resolve_conflicts_on_update = "OVERWRITE"
  tags                        = { Name = each.key }
  dynamic "pod_identity_association" {
    for_each = each.key == "vpc-cni" ? [aws_iam_role.kubernetes[var.updated ? "pods-2" : "pods"].arn] : []
    content {
      role_arn        = pod_identity_association.value
      service_account = "aws-node"
    }
  }
}

resource "aws_eks_pod_identity_association" "main" {
  cluster_name    = aws_eks_cluster.main.name
  namespace       = "ray"
  service_account = "ray-head"
  role_arn        = aws_iam_role.kubernetes[var.updated ? "pods-2" : "pods"].arn
  tags            = { Name = "ray-head" }
}

resource "aws_eks_access_entry" "main" {
  cluster_name      = aws_eks_cluster.main.name
  principal_arn     = aws_iam_role.kubernetes["person"].arn
  kubernetes_groups = var.updated ? ["readers", "writers"] : ["readers"]
  tags              = { Name = "person" }
}

resource "aws_eks_access_policy_association" "main" {
  cluster_name  = aws_eks_cluster.main.name
  principal_arn = aws_eks_access_entry.main.principal_arn
  policy_arn    = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
  access_scope {
    type       = "namespace"
    namespaces = var.updated ? ["ray", "jobs"] : ["ray"]
  }
}

resource "aws_prometheus_workspace" "main" {
  alias       = var.updated ? "${local.name}-2" : local.name
  kms_key_arn = aws_kms_key.main.arn
  logging_configuration { log_group_arn = "${aws_cloudwatch_log_group.main.arn}:*" }
}

resource "aws_prometheus_scraper" "main" {
  alias = local.name
  tags  = { Name = "${local.name}-prometheus" }
  source {
    eks {
      cluster_arn        = aws_eks_cluster.main.arn
      subnet_ids         = [for s in aws_subnet.private : s.id]
      security_group_ids = [aws_security_group.nodes.id]
    }
  }
  destination {
    amp { workspace_arn = aws_prometheus_workspace.main.arn }
  }
  scrape_configuration = "global:\n  scrape_interval: ${var.updated ? 60 : 30}s\nscrape_configs: []\n"
}
