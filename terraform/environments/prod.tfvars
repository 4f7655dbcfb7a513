prefix      = "mesh-prod"
environment = "prod"
region      = "eu-central-1"
# Names of buckets are unique in the world; these two may be taken.
# buckets         = { objects = "example-content-objects", site = "example-site" }
# account         = "123456789012"   # set it: then nobody applies this with another account's credentials
# alarm_endpoints = ["oncall@example.com"]

cdn = true

models = { OPENAI_MODEL = "gpt-6-luna", MESH_IMAGE_MODEL = "openai/gpt-image-2" }
