variable "create_layer" {
  type    = bool
  default = true
}

variable "share_with" {
  type    = string
  default = ""
}

resource "aws_lambda_layer_version" "this" {
  count = var.create_layer ? 1 : 0

  layer_name       = "switch"
  filename         = "switch.zip"
  source_code_hash = filebase64sha256("switch.zip")
  description      = "Only where wanted"
  license_info     = "MIT"
  skip_destroy     = true

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lambda_layer_version_permission" "this" {
  count = var.create_layer && var.share_with != "" ? 1 : 0

  layer_name     = aws_lambda_layer_version.this[0].layer_name
  version_number = aws_lambda_layer_version.this[0].version
  statement_id   = "share"
  action         = "lambda:GetLayerVersion"
  principal      = var.share_with
  skip_destroy   = true
}
