# Every resource type that our modules use, small: `updated` changes what users change in place.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = { source = "hashicorp/aws", version = "5.100.0" }
  }
}

variable "updated" {
  type    = bool
  default = false
}

variable "region" {
  type    = string
  default = "us-west-2"
}

provider "aws" {
  region              = var.region
  allowed_account_ids = ["123456789012"]
  default_tags { tags = { Project = "fixture", Updated = tostring(var.updated) } }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_availability_zones" "available" { state = "available" }

locals {
  name  = "fixture"
  zones = slice(sort(data.aws_availability_zones.available.names), 0, 2)
  root  = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"
}
