resource "aws_s3_bucket" "main" {
  for_each      = toset(["data", "logs"])
  bucket        = "${local.name}-${each.value}-${data.aws_caller_identity.current.account_id}"
  force_destroy = var.updated
}

resource "aws_s3_bucket_versioning" "main" {
  for_each = aws_s3_bucket.main
  bucket   = each.value.id
  versioning_configuration { status = "Enabled" }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "main" {
  for_each = aws_s3_bucket.main
  bucket   = each.value.id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.main.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "main" {
  for_each                = aws_s3_bucket.main
  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "main" {
  for_each = aws_s3_bucket.main
  bucket   = each.value.id
  rule { object_ownership = "BucketOwnerEnforced" }
}

data "aws_iam_policy_document" "bucket" {
  for_each = aws_s3_bucket.main
  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [each.value.arn, "${each.value.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
  statement {
    sid       = "AccessLogs"
    actions   = ["s3:PutObject"]
    resources = ["${each.value.arn}/*"]
    principals {
      type        = "Service"
      identifiers = ["logging.s3.amazonaws.com"]
    }
  }
}

resource "aws_s3_bucket_policy" "main" {
  for_each = aws_s3_bucket.main
  bucket   = each.value.id
  policy   = data.aws_iam_policy_document.bucket[each.key].json
}

resource "aws_s3_bucket_lifecycle_configuration" "main" {
  bucket = aws_s3_bucket.main["data"].id
  rule {
    id     = "housekeeping"
    status = "Enabled"
    filter {}
    noncurrent_version_expiration { noncurrent_days = var.updated ? 60 : 30 }
    abort_incomplete_multipart_upload { days_after_initiation = 7 }
  }
  rule {
    id     = "archive"
    status = "Enabled"
    filter { prefix = "archive/" }
    expiration { days = 365 }
    transition {
      days          = 30
      storage_class = "STANDARD_IA"
    }
    transition {
      days          = 90
      storage_class = "GLACIER"
    }
  }
}

resource "aws_s3_bucket_logging" "main" {
  bucket        = aws_s3_bucket.main["data"].id
  target_bucket = aws_s3_bucket.main["logs"].id
  target_prefix = var.updated ? "access/data/" : "data/"
  target_object_key_format {
    partitioned_prefix { partition_date_source = "EventTime" }
  }
  # AWS looks for the right to deliver when logging is turned on.
  depends_on = [aws_s3_bucket_policy.main]
}

resource "aws_s3_bucket_cors_configuration" "main" {
  bucket = aws_s3_bucket.main["data"].id
  cors_rule {
    allowed_headers = ["*"]
    allowed_methods = ["GET", "PUT"]
    allowed_origins = ["https://*.anyscale.com"]
    expose_headers  = ["Accept-Ranges"]
    max_age_seconds = var.updated ? 600 : 300
  }
}

resource "aws_efs_file_system" "main" {
  for_each                        = { elastic = null, bursting = null, provisioned = var.updated ? 20 : 10 }
  creation_token                  = "${local.name}-${each.key}"
  encrypted                       = true
  kms_key_id                      = aws_kms_key.main.arn
  throughput_mode                 = var.updated && each.key == "bursting" ? "elastic" : each.key
  provisioned_throughput_in_mibps = each.value
  lifecycle_policy { transition_to_ia = var.updated ? "AFTER_60_DAYS" : "AFTER_30_DAYS" }
  lifecycle_policy { transition_to_archive = "AFTER_90_DAYS" }
  lifecycle_policy { transition_to_primary_storage_class = "AFTER_1_ACCESS" }
}

resource "aws_efs_mount_target" "main" {
  for_each        = aws_subnet.private
  file_system_id  = aws_efs_file_system.main["elastic"].id
  subnet_id       = each.value.id
  security_groups = var.updated ? [aws_security_group.store.id, aws_security_group.nodes.id] : [aws_security_group.store.id]
}

resource "aws_efs_access_point" "main" {
  file_system_id = aws_efs_file_system.main["elastic"].id
  posix_user {
    uid = 1000
    gid = 1000
  }
  root_directory {
    path = "/ray"
    creation_info {
      owner_uid   = 1000
      owner_gid   = 1000
      permissions = "0755"
    }
  }
}

data "aws_iam_policy_document" "efs" {
  statement {
    actions   = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    resources = [aws_efs_file_system.main["elastic"].arn]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.node.arn]
    }
  }
}

resource "aws_efs_file_system_policy" "main" {
  file_system_id = aws_efs_file_system.main["elastic"].id
  policy         = data.aws_iam_policy_document.efs.json
}

resource "aws_efs_backup_policy" "main" {
  file_system_id = aws_efs_file_system.main["elastic"].id
  backup_policy { status = var.updated ? "DISABLED" : "ENABLED" }
}

resource "aws_memorydb_subnet_group" "main" {
  name       = local.name
  subnet_ids = [for s in aws_subnet.private : s.id]
}

resource "aws_memorydb_parameter_group" "main" {
  name   = local.name
  family = "memorydb_redis7"
  parameter {
    name  = "maxmemory-policy"
    value = var.updated ? "noeviction" : "allkeys-lru"
  }
}

resource "aws_memorydb_user" "main" {
  user_name     = local.name
  access_string = var.updated ? "on ~* &* +@all -@dangerous" : "on ~* &* +@all"
  authentication_mode {
    type      = "password"
    passwords = [data.aws_secretsmanager_secret_version.main.secret_string]
  }
}

resource "aws_memorydb_acl" "main" {
  name       = local.name
  user_names = [aws_memorydb_user.main.user_name]
}

resource "aws_memorydb_cluster" "main" {
  name                       = local.name
  acl_name                   = aws_memorydb_acl.main.name
  node_type                  = var.updated ? "db.t4g.medium" : "db.t4g.small"
  engine                     = "redis"
  engine_version             = "7.1"
  num_shards                 = 1
  num_replicas_per_shard     = var.updated ? 2 : 1
  parameter_group_name       = aws_memorydb_parameter_group.main.name
  subnet_group_name          = aws_memorydb_subnet_group.main.name
  security_group_ids         = [aws_security_group.store.id]
  kms_key_arn                = aws_kms_key.main.arn
  tls_enabled                = true
  auto_minor_version_upgrade = true
  snapshot_retention_limit   = var.updated ? 14 : 7
  snapshot_window            = "04:00-05:00"
  maintenance_window         = "sun:05:00-sun:06:00"
  final_snapshot_name        = "${local.name}-final"
}
