prefix      = "mesh-dev"
environment = "dev"
region      = "eu-central-1"
# Names of buckets are unique in the world; these two may be taken.
# buckets   = { objects = "example-dev-content-objects", site = "example-dev-site" }
# account   = "123456789012"   # set it: then nobody applies this with another account's credentials

live_follows_apply = true

models = { OPENAI_MODEL = "gpt-6-luna", MESH_IMAGE_MODEL = "openai/gpt-image-2" }

# Nobody asks dev for an article every day.
expected_daily = []
