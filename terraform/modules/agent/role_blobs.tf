locals {
  # Pages are in the site's bucket, everything else in the other.
  written = distinct(concat(var.agent.blob_writes, ["answers/${var.agent.name}/", "quarantine/${var.agent.name}/"]))
  read    = [for prefix in var.agent.blob_reads : prefix if !contains(local.written, prefix)]
  bucket_of = {
    for prefix in concat(local.written, local.read) :
    prefix => startswith(prefix, "site/") || startswith(prefix, "sites/") ? "site" : "objects"
  }

  blob_statements = concat(
    [
      {
        Sid      = "WrittenBlobs"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = [for prefix in local.written : "${local.arn.bucket[local.bucket_of[prefix]]}/${prefix}*"]
      },
      {
        Sid      = "ReadBlobs"
        Action   = ["s3:GetObject"]
        Resource = [for prefix in local.read : "${local.arn.bucket[local.bucket_of[prefix]]}/${prefix}*"]
      },
    ],
    # S3 says 404 for a missing key only to those who may list the bucket, else 403; the agent must tell "not there yet"
    # from "not allowed". A request for one object carries no prefix, therefore IfExists; lists see the own prefixes only.
    [for bucket in distinct(sort(values(local.bucket_of))) : {
      Sid      = bucket == "site" ? "ListSite" : "ListObjects"
      Action   = ["s3:ListBucket"]
      Resource = [local.arn.bucket[bucket]]
      Condition = { StringLikeIfExists = {
        "s3:prefix" = [for prefix in sort(keys(local.bucket_of)) : "${prefix}*" if local.bucket_of[prefix] == bucket]
      } }
    }],
  )
}
