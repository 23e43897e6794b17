# A file system for Lustre, and a registry of images. The provider sleeps 30 s over each change of the first: it has none
# here, nor a link to a bucket; environments/eks.yaml has both.
resource "aws_security_group" "lustre" {
  name        = "${local.name}-lustre"
  description = "lustre"
  vpc_id      = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "lustre" {
  for_each                     = { lustre = [988, 988], more = [1018, 1023] }
  security_group_id            = aws_security_group.lustre.id
  description                  = each.key
  referenced_security_group_id = aws_security_group.lustre.id
  ip_protocol                  = "tcp"
  from_port                    = each.value[0]
  to_port                      = each.value[1]
}

resource "aws_fsx_lustre_file_system" "main" {
  deployment_type                 = "PERSISTENT_2"
  storage_type                    = "SSD"
  storage_capacity                = 1200
  per_unit_storage_throughput     = 125
  file_system_type_version        = "2.15"
  data_compression_type           = "LZ4"
  subnet_ids                      = [aws_subnet.private[local.zones[0]].id]
  security_group_ids              = [aws_security_group.lustre.id]
  kms_key_id                      = aws_kms_key.main.arn
  automatic_backup_retention_days = 7
  copy_tags_to_backups            = true
  tags                            = { Name = "${local.name}-fsx" }
  depends_on                      = [aws_vpc_security_group_ingress_rule.lustre]
}

resource "aws_ecr_repository" "main" {
  name                 = "${local.name}/ray"
  image_tag_mutability = var.updated ? "MUTABLE" : "IMMUTABLE"
  image_scanning_configuration { scan_on_push = true }
  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.main.arn
  }
}

resource "aws_ecr_lifecycle_policy" "main" {
  repository = aws_ecr_repository.main.name
  policy = jsonencode({ rules = [{
    rulePriority = 1
    description  = "untagged"
    selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = var.updated ? 30 : 14 }
    action       = { type = "expire" }
  }] })
}

resource "aws_ecr_repository_policy" "main" {
  repository = aws_ecr_repository.main.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Sid    = "Pull", Effect = "Allow", Principal = { AWS = aws_iam_role.kubernetes["kube-node"].arn }
    Action = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
  }] })
}
