variable "bucket" {
  type = string
}

variable "object_version" {
  type = string
}

resource "aws_lambda_layer_version" "tools" {
  layer_name        = "tools"
  s3_bucket         = var.bucket
  s3_key            = "tools.zip"
  s3_object_version = var.object_version
  description       = "Tools"
  license_info      = "MIT"
  skip_destroy      = true
}
