prefix      = "va-phase1"
environment = "dev"
region      = "eu-central-1"
# account   = "123456789012"   # set it: then nobody applies this with another account's credentials

# Names of buckets are unique in the world, and the design document's belong to prod.
buckets = {
  objects = "va-phase1-dev-content-objects"
  site    = "va-phase1-dev-site"
}

live_follows_apply = true

# The design document's bounds: 30 s a request, 25 s of them for the provider.
overrides = {
  content-gen = { timeout_seconds = 30 }
}

settings = {
  content-gen = { OPENAI_MODEL = "gpt-4o-mini", TIMEOUT_SECONDS = "25" }
}

# Nobody asks dev for an article every day.
expected_daily = []
