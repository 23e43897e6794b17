locals {
  images = {
    al2023_x86   = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    al2023_arm   = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
    ubuntu_22_04 = "/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id"
    ubuntu_24_04 = "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id"
    dlami_gpu    = "/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-22.04/latest/ami-id"
  }
  nodes = {
    head   = { type = "m7i.large", image = "al2023_x86", group = null, spot = false }
    worker = { type = "m7g.large", image = "ubuntu_24_04", group = "spread", spot = false }
    gpu    = { type = "g6.xlarge", image = "dlami_gpu", group = null, spot = true }
  }
}

data "aws_ssm_parameter" "image" {
  for_each = local.images
  name     = each.value
}

data "aws_ami" "node" {
  for_each = local.images
  filter {
    name   = "image-id"
    values = [data.aws_ssm_parameter.image[each.key].insecure_value]
  }
}

resource "aws_placement_group" "main" {
  for_each        = { cluster = null, spread = null, partition = 2 }
  name            = "${local.name}-${each.key}"
  strategy        = each.key
  partition_count = each.value
  spread_level    = each.key == "spread" ? "rack" : null
}

resource "aws_key_pair" "main" {
  key_name   = local.name
  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBb86GvhZnhnnlAHVH4eePNjVSUogFxZwDjg4otosau4 fixture"
}

resource "aws_instance" "node" {
  for_each                = local.nodes
  ami                     = data.aws_ami.node[each.value.image].id
  instance_type           = each.value.type
  subnet_id               = aws_subnet.private[local.zones[0]].id
  vpc_security_group_ids  = [aws_security_group.nodes.id]
  iam_instance_profile    = aws_iam_instance_profile.node.name
  key_name                = aws_key_pair.main.key_name
  monitoring              = !(var.updated && each.key == "worker")
  ebs_optimized           = true
  disable_api_termination = each.key == "head" && !var.updated
  placement_group         = each.value.group == null ? null : aws_placement_group.main[each.value.group].name
  user_data_base64        = base64encode("#!/bin/sh\necho ${each.key}\n")

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = var.updated ? 2 : 1
    instance_metadata_tags      = "enabled"
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = var.updated ? 40 : 30
    iops        = 4000
    throughput  = 250
    encrypted   = true
    kms_key_id  = aws_kms_key.main.arn
    tags        = { Name = "${each.key}-root" }
  }

  private_dns_name_options {
    hostname_type                     = "ip-name"
    enable_resource_name_dns_a_record = true
  }

  dynamic "instance_market_options" {
    for_each = each.value.spot ? [1] : []
    content {
      market_type = "spot"
      spot_options { instance_interruption_behavior = "terminate" }
    }
  }

  tags = { Name = each.key }
}

resource "aws_instance" "burstable" {
  ami                         = data.aws_ami.node["al2023_x86"].id
  instance_type               = "t3.medium"
  subnet_id                   = aws_subnet.public[local.zones[0]].id
  vpc_security_group_ids      = [aws_security_group.nodes.id]
  associate_public_ip_address = true
  credit_specification { cpu_credits = var.updated ? "unlimited" : "standard" }
  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }
  root_block_device {
    volume_type = "gp3"
    encrypted   = true
  }
  volume_tags = { Name = "burstable-root" }
}

resource "aws_ebs_volume" "data" {
  availability_zone = local.zones[0]
  type              = "gp3"
  size              = var.updated ? 60 : 50
  encrypted         = true
  kms_key_id        = aws_kms_key.main.arn
  iops              = 3000
  throughput        = 125
}

resource "aws_volume_attachment" "data" {
  device_name = "/dev/sdf"
  instance_id = aws_instance.node["head"].id
  volume_id   = aws_ebs_volume.data.id
}

resource "aws_eip" "burstable" { domain = "vpc" }

resource "aws_eip_association" "burstable" {
  allocation_id = aws_eip.burstable.id
  instance_id   = aws_instance.burstable.id
}

resource "aws_route53_zone" "main" {
  name    = "fixture.internal"
  comment = var.updated ? "fixture, updated" : "fixture"
  vpc { vpc_id = aws_vpc.main.id }
}

resource "aws_route53_record" "head" {
  zone_id = aws_route53_zone.main.zone_id
  name    = "head"
  type    = "A"
  ttl     = var.updated ? 30 : 60
  records = [aws_instance.node["head"].private_ip]
}

resource "aws_cloudwatch_metric_alarm" "recover" {
  alarm_name          = "${local.name}-recover"
  alarm_description   = "recover the head"
  namespace           = "AWS/EC2"
  metric_name         = "StatusCheckFailed_System"
  statistic           = "Maximum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = var.updated ? 3 : 2
  dimensions          = { InstanceId = aws_instance.node["head"].id }
  alarm_actions       = ["arn:aws:automate:${var.region}:ec2:recover", aws_sns_topic.alarms.arn]
}
