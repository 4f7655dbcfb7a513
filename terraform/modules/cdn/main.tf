# CloudFront before the site's bucket: the only one to read it. Nothing is invalidated; pages are kept a minute.
resource "aws_cloudfront_origin_access_control" "this" {
  name                              = "${var.prefix}-site"
  description                       = "CloudFront signs what it asks of the bucket."
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_cache_policy" "this" {
  name        = "${var.prefix}-site"
  comment     = "A minute, unless the object says otherwise."
  min_ttl     = 0
  default_ttl = 60
  max_ttl     = 86400

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = true
    enable_accept_encoding_gzip   = true

    cookies_config {
      cookie_behavior = "none"
    }
    headers_config {
      header_behavior = "none"
    }
    query_strings_config {
      query_string_behavior = "none"
    }
  }
}

resource "aws_cloudfront_response_headers_policy" "this" {
  #checkov:skip=CKV_AWS_259:all but preload, which binds a whole domain for good; this one is CloudFront's
  name    = "${var.prefix}-site"
  comment = "Pages are what they say they are, over TLS, in nobody's frame."

  security_headers_config {
    content_type_options {
      override = true
    }
    frame_options {
      frame_option = "DENY"
      override     = true
    }
    referrer_policy {
      referrer_policy = "strict-origin-when-cross-origin"
      override        = true
    }
    strict_transport_security {
      access_control_max_age_sec = 31536000
      include_subdomains         = true
      override                   = true
    }
  }
}

# Only the root has an index document of CloudFront's own; posts/<slug>/ is posts/<slug>/index.html in the bucket.
resource "aws_cloudfront_function" "index" {
  name    = "${var.prefix}-site-index"
  runtime = "cloudfront-js-2.0"
  comment = "A folder is its index.html."
  publish = true
  code    = file("${path.module}/index.js")
}

resource "aws_cloudfront_distribution" "this" {
  #checkov:skip=CKV_AWS_86:requests for public pages; who wants logs switches on CloudFront's standard logging
  #checkov:skip=CKV_AWS_68:static pages without forms or queries leave a web firewall nothing to look at
  #checkov:skip=CKV2_AWS_47:static pages without forms or queries leave a web firewall nothing to look at
  #checkov:skip=CKV_AWS_310:one bucket; it is as available as S3
  #checkov:skip=CKV_AWS_374:articles are for everybody
  #checkov:skip=CKV_AWS_174:without a domain of one's own CloudFront offers its default certificate only, and no choice of TLS versions
  #checkov:skip=CKV2_AWS_42:without a domain of one's own there is only CloudFront's default certificate
  enabled             = true
  comment             = "Site of ${var.prefix}."
  default_root_object = "index.html"
  http_version        = "http2and3"
  is_ipv6_enabled     = true
  price_class         = "PriceClass_100"

  # The default site is kept under site/, others under sites/<name>/.
  origin {
    origin_id                = "site"
    domain_name              = var.domain
    origin_path              = "/site"
    origin_access_control_id = aws_cloudfront_origin_access_control.this.id
  }
  origin {
    origin_id                = "sites"
    domain_name              = var.domain
    origin_access_control_id = aws_cloudfront_origin_access_control.this.id
  }

  default_cache_behavior {
    target_origin_id           = "site"
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = aws_cloudfront_cache_policy.this.id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this.id

    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.index.arn
    }
  }

  ordered_cache_behavior {
    path_pattern               = "/sites/*"
    target_origin_id           = "sites"
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = true
    cache_policy_id            = aws_cloudfront_cache_policy.this.id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this.id

    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.index.arn
    }
  }

  # A page that is not there yet may be there in a moment. S3 says 403: CloudFront may not list the bucket.
  custom_error_response {
    error_code            = 403
    error_caching_min_ttl = 5
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}
