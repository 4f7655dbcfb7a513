terraform {
  # 1.11: the S3 backend locks with a file of its own (`use_lockfile`).
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # Bucket, key and region come from environments/<environment>.s3.tfbackend.
  backend "s3" {}
}
