data "aws_iam_policy_document" "key" {
  statement {
    sid       = "Account"
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = [local.root]
    }
  }
  statement {
    sid       = "Logs"
    actions   = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["logs.${data.aws_region.current.name}.amazonaws.com"]
    }
  }
}

resource "aws_kms_key" "main" {
  description             = var.updated ? "fixture key, updated" : "fixture key"
  enable_key_rotation     = true
  rotation_period_in_days = var.updated ? 180 : 365
  deletion_window_in_days = 7
  policy                  = data.aws_iam_policy_document.key.json
}

resource "aws_kms_alias" "main" {
  name          = "alias/${local.name}"
  target_key_id = aws_kms_key.main.key_id
}

resource "aws_cloudwatch_log_group" "main" {
  name              = "/rayform/${local.name}"
  kms_key_id        = aws_kms_key.main.arn
  retention_in_days = var.updated ? 30 : 14
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com", "vpc-flow-logs.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "node" {
  statement {
    actions   = var.updated ? ["s3:GetObject", "s3:PutObject"] : ["s3:GetObject"]
    resources = ["${aws_s3_bucket.main["data"].arn}/*"]
  }
}

resource "aws_iam_policy" "boundary" {
  name        = "${local.name}-boundary"
  description = "boundary"
  policy      = data.aws_iam_policy_document.node.json
}

resource "aws_iam_policy" "managed" {
  name   = "${local.name}-managed"
  policy = data.aws_iam_policy_document.node.json
}

resource "aws_iam_role" "node" {
  name                 = "${local.name}-node"
  description          = var.updated ? "node, updated" : "node"
  assume_role_policy   = data.aws_iam_policy_document.assume.json
  permissions_boundary = aws_iam_policy.boundary.arn
}

resource "aws_iam_role_policy" "node" {
  name   = "data"
  role   = aws_iam_role.node.id
  policy = data.aws_iam_policy_document.node.json
}

resource "aws_iam_role_policy_attachment" "managed" {
  role       = aws_iam_role.node.name
  policy_arn = aws_iam_policy.managed.arn
}

resource "aws_iam_role_policy_attachment" "ssm" {
  role       = aws_iam_role.node.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_instance_profile" "node" {
  name = "${local.name}-node"
  role = aws_iam_role.node.name
}

ephemeral "aws_secretsmanager_random_password" "main" {
  password_length     = 32
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "main" {
  for_each                = { now = 0, later = 7 }
  name                    = "${local.name}/${each.key}"
  description             = var.updated ? "secret, updated" : "secret"
  kms_key_id              = aws_kms_key.main.arn
  recovery_window_in_days = each.value
}

resource "aws_secretsmanager_secret_version" "main" {
  for_each                 = aws_secretsmanager_secret.main
  secret_id                = each.value.id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.main.random_password
  secret_string_wo_version = var.updated ? 2 : 1
}

data "aws_secretsmanager_secret_version" "main" {
  secret_id  = aws_secretsmanager_secret.main["now"].id
  depends_on = [aws_secretsmanager_secret_version.main]
}

resource "aws_sns_topic" "alarms" {
  name              = "${local.name}-alarms"
  kms_master_key_id = aws_kms_key.main.arn
}

data "aws_iam_policy_document" "topic" {
  statement {
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]
    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }
  }
}

resource "aws_sns_topic_policy" "alarms" {
  arn    = aws_sns_topic.alarms.arn
  policy = data.aws_iam_policy_document.topic.json
}
