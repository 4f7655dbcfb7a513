# The HTTP interface: one function behind an HTTP API.
module "gateway" {
  source = "./modules/gateway"
  count  = var.gateway == null ? 0 : 1

  deployment   = local.deployment
  options      = var.gateway
  package      = "${var.packages}/gateway.zip"
  publishes_on = [for channel in local.gateway_channels : local.topic_arn[channel]]
  writes       = local.gateway_writes
  reads        = local.gateway_reads
  # Keys are never read here, but settings name the providers that have one.
  environment = merge(var.models, {
    MESH_SITE_NAME    = var.site_name
    MESH_CORS_ORIGINS = join(" ", try(var.gateway.origins, []))
    }, length(var.models) > 0 ? local.secrets : {},
    var.cdn || var.site_url != null ? { MESH_SITE_URL = local.site_url } : {},
  )
}

locals {
  # What the routes submit and read: gateway/src.
  gateway_channels = ["/content/request", "/content/withdraw"]
  gateway_writes   = var.gateway == null ? [] : ["website_settings", "posts", "api_keys"]
  gateway_reads    = ["content", "fates", "generation", "publication", "timeline"]
}
