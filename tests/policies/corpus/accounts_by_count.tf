variable "accounts" {
  type    = list(string)
  default = ["111122223333", "444455556666", "000000000001"]
}

resource "aws_lambda_layer_version" "shared" {
  layer_name       = "shared"
  filename         = "shared.zip"
  source_code_hash = filebase64sha256("shared.zip")
  description      = "Shared"
  license_info     = "MIT"
  skip_destroy     = true

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lambda_layer_version_permission" "accounts" {
  count = length(var.accounts)

  layer_name     = aws_lambda_layer_version.shared.layer_arn
  version_number = aws_lambda_layer_version.shared.version
  statement_id   = "account-${var.accounts[count.index]}"
  action         = "lambda:GetLayerVersion"
  principal      = var.accounts[count.index]
}
