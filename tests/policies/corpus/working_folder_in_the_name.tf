locals {
  archive = "${path.cwd}/build/${var.name}.zip"
}

variable "name" {
  type = string
}

resource "aws_lambda_layer_version" "main" {
  layer_name       = var.name
  filename         = local.archive
  source_code_hash = filebase64sha256(local.archive)
  description      = "Built in CI"
  license_info     = "MIT"
  skip_destroy     = true
}
