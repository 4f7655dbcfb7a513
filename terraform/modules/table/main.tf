# A table of DynamoDB as the mesh uses them: paid per request, encrypted, with a time to live.
resource "aws_dynamodb_table" "this" {
  #checkov:skip=CKV_AWS_28:on but for a local endpoint (var.recovery), which the tests of plans see to; it is not known here
  #checkov:skip=CKV_AWS_119:no key of our own: who may read a table is what its role says, and articles are meant for publication
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = var.hash_key
  range_key                   = var.range_key
  deletion_protection_enabled = var.durable

  dynamic "attribute" {
    for_each = local.attributes
    content {
      name = attribute.key
      type = attribute.value
    }
  }

  dynamic "global_secondary_index" {
    for_each = var.indexes
    content {
      name            = global_secondary_index.key
      hash_key        = global_secondary_index.value.hash_key
      range_key       = global_secondary_index.value.range_key
      projection_type = global_secondary_index.value.projection
    }
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = var.recovery
  }

  server_side_encryption {
    enabled = false # the key DynamoDB owns; true would be a key of KMS, paid per request
  }
}

locals {
  # Keys are text, times are numbers.
  keys = toset(concat(
    compact([var.hash_key, var.range_key]),
    flatten([for index in var.indexes : [index.hash_key, index.range_key]])
  ))
  attributes = { for key in local.keys : key => contains(["due_at", "begun_at"], key) ? "N" : "S" }
}
