# A private, encrypted, versioned bucket that refuses connections without TLS.
resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_18:access is in CloudTrail's data events, where an account wants them; a log bucket would need one of its own
  #checkov:skip=CKV_AWS_144:one region; versions are kept, and an article can be made again from its request
  #checkov:skip=CKV2_AWS_62:events travel over SNS with their contracts; nobody listens to the bucket
  #checkov:skip=CKV_AWS_145:AES-256 with S3's keys, as the design document says; other accounts read what events point at, without a key
  bucket        = var.name
  force_destroy = !var.durable
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

# Agents write once or over the version they read, and never delete; versions undo what people or a bad release did.
resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "left-overs"
    status = "Enabled"
    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }

  dynamic "rule" {
    for_each = var.expire_days
    content {
      id     = "expire-${trimsuffix(rule.key, "/")}"
      status = "Enabled"

      filter {
        prefix = rule.key
      }

      expiration {
        days = rule.value
      }
    }
  }

  # Versions expire only where there are versions.
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_policy" "this" {
  count = length(local.statements) > 0 ? 1 : 0

  bucket = aws_s3_bucket.this.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements })

  # Without this order S3 may still hold the policy for a public one.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

locals {
  statements = concat(var.statements, [for only in [var.tls] : {
    Sid       = "OnlyTls"
    Effect    = "Deny"
    Principal = "*"
    Action    = "s3:*"
    Resource  = [var.arn, "${var.arn}/*"]
    Condition = { Bool = { "aws:SecureTransport" = "false" } }
  } if only])
}
