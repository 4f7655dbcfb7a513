output "url" {
  description = "Where the site is read."
  value       = "https://${aws_cloudfront_distribution.this.domain_name}"
}

output "reads" {
  description = "Statement of the bucket's policy that lets this distribution read."
  value = {
    Sid       = "Cdn"
    Effect    = "Allow"
    Principal = { Service = "cloudfront.amazonaws.com" }
    Action    = "s3:GetObject"
    Resource  = "${var.bucket_arn}/*"
    Condition = { StringEquals = { "AWS:SourceArn" = aws_cloudfront_distribution.this.arn } }
  }
}
