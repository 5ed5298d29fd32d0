# What operations apply: a bucket for the ZIPs, and the layer's module, which uploads them and publishes.
# For more than a trial, keep the state in a backend that your team shares.

module "data_science" {
  source = "../../modules/data-science"

  # By way of the versioning, so that the first upload waits for it.
  artifact_bucket = aws_s3_bucket_versioning.artifacts.bucket
}

resource "aws_s3_bucket" "artifacts" {
  # checkov:skip=CKV_AWS_18: A log of who reads the ZIPs needs a bucket of its own.
  # checkov:skip=CKV_AWS_144: The ZIPs can be built again anywhere, with the same digest.
  # checkov:skip=CKV_AWS_145: The keys that S3 has itself are enough: the packages are public.
  # checkov:skip=CKV2_AWS_61: Terraform deletes an object with its successor's upload.
  # checkov:skip=CKV2_AWS_62: Nobody waits for new objects.
  bucket_prefix = "layer-artifacts-"
}

resource "aws_s3_bucket_versioning" "artifacts" {
  bucket = aws_s3_bucket.artifacts.bucket

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "artifacts" {
  bucket                  = aws_s3_bucket.artifacts.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
