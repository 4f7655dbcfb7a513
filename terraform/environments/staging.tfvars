prefix      = "mesh-staging"
environment = "staging"
region      = "eu-central-1"
# Names of buckets are unique in the world; these two may be taken.
# buckets   = { objects = "example-staging-content-objects", site = "example-staging-site" }
# account   = "123456789012"   # set it: then nobody applies this with another account's credentials

cdn     = true
tracing = true

models = { OPENAI_MODEL = "gpt-6-luna", MESH_IMAGE_MODEL = "openai/gpt-image-2" }

expected_daily = []
