output "id" {
  description = "Name of the bucket."
  value       = aws_s3_bucket.this.id
}

output "domain" {
  description = "Its domain name in its region."
  value       = aws_s3_bucket.this.bucket_regional_domain_name
}
