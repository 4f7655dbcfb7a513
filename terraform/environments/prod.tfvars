prefix      = "va-phase1"
environment = "prod"
region      = "eu-central-1"
# account         = "123456789012"   # set it: then nobody applies this with another account's credentials
# alarm_endpoints = ["oncall@example.com"]

cdn = true

# The design document's bounds: 30 s a request, 25 s of them for the provider.
overrides = {
  content-gen = { timeout_seconds = 30 }
}

settings = {
  content-gen = { OPENAI_MODEL = "gpt-4o-mini", TIMEOUT_SECONDS = "25" }
}
