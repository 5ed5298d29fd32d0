variable "name" {
  type = string
}

variable "accounts" {
  type    = list(string)
  default = ["111122223333", "444455556666"]
}

resource "aws_lambda_layer_version" "this" {
  layer_name       = var.name
  filename         = "build/layer.zip"
  source_code_hash = filebase64sha256("build/layer.zip")
  description      = "Shared"
  license_info     = "MIT"
  skip_destroy     = true

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lambda_layer_version_permission" "this" {
  for_each = toset(var.accounts)

  layer_name     = aws_lambda_layer_version.this.layer_name
  version_number = aws_lambda_layer_version.this.version
  statement_id   = "account-${each.key}"
  action         = "lambda:GetLayerVersion"
  principal      = each.key
  skip_destroy   = true
}
