# A local endpoint is found by the provider itself, in AWS_ENDPOINT_URL. These four only say that it is no AWS.
provider "aws" {
  region              = var.region
  allowed_account_ids = var.account == null || var.local_endpoint ? null : [var.account]

  s3_use_path_style           = var.local_endpoint
  skip_credentials_validation = var.local_endpoint
  skip_metadata_api_check     = var.local_endpoint
  skip_requesting_account_id  = var.local_endpoint

  default_tags {
    tags = {
      mesh        = var.prefix
      environment = var.environment
    }
  }
}

data "aws_caller_identity" "current" {
  count = var.account == null ? 1 : 0
}
