prefix      = "va-phase1"
environment = "local"
region      = "eu-central-1"
account     = "000000000000"

local_endpoint     = true
live_follows_apply = true
# MiniStack by itself answers half of what the provider asks about alarms, and every plan would change them all.
alarms = false

# The design document's bounds: 30 s a request, 25 s of them for the provider.
overrides = {
  content-gen = { timeout_seconds = 30 }
}

settings = {
  content-gen = { TIMEOUT_SECONDS = "25" }
}
models = { MESH_TEXT_MODEL = "offline", MESH_IMAGE_MODEL = "offline" }
