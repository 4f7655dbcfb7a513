module "cdn" {
  source = "./modules/cdn"
  count  = var.cdn ? 1 : 0

  prefix     = var.prefix
  domain     = "${local.names.bucket.site}.s3.${var.region}.amazonaws.com"
  bucket_arn = local.bucket_arn.site
}
