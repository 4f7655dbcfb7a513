# The names and bounds of the ContentGen specification, over those of an environment:
# -var-file=environments/prod.tfvars -var-file=environments/va-phase1.tfvars
prefix = "va-phase1"

# 30 s a request, 25 s of them for the provider. What is shipped leaves a long article 120 and 100 (docs/decisions/0001).
overrides = {
  content-gen = { timeout_seconds = 30 }
}

settings = {
  content-gen = { TIMEOUT_SECONDS = "25" }
}
