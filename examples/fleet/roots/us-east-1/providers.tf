# Ours, beside the generated files. A team adds backend.tf, with a key for each Region.

provider "aws" {
  region = "us-east-1"
}
