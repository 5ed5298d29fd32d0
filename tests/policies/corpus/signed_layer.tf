variable "bucket" {
  type = string
}

resource "aws_signer_signing_job" "layer" {
  profile_name = "layers"

  source {
    s3 {
      bucket  = var.bucket
      key     = "unsigned/tools.zip"
      version = "1"
    }
  }

  destination {
    s3 {
      bucket = var.bucket
      prefix = "signed/"
    }
  }
}

resource "aws_lambda_layer_version" "signed" {
  layer_name          = "tools"
  description         = "Signed tools"
  license_info        = "Apache-2.0"
  s3_bucket           = aws_signer_signing_job.layer.signed_object[0]["s3"][0]["bucket"]
  s3_key              = aws_signer_signing_job.layer.signed_object[0]["s3"][0]["key"]
  compatible_runtimes = ["nodejs22.x"]
  skip_destroy        = true
}
