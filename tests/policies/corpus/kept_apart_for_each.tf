variable "accounts" {
  type = set(string)
}

resource "aws_lambda_layer_version" "shared" {
  layer_name       = "shared"
  filename         = "${path.module}/artifacts/shared.zip"
  source_code_hash = filebase64sha256("${path.module}/artifacts/shared.zip")
  description      = "Shared"
  license_info     = "MIT"
  skip_destroy     = true

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lambda_layer_version_permission" "accounts" {
  for_each = var.accounts

  layer_name     = aws_lambda_layer_version.shared.layer_name
  version_number = aws_lambda_layer_version.shared.version
  statement_id   = "account-${each.value}"
  action         = "lambda:GetLayerVersion"
  principal      = each.value
  skip_destroy   = true

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [principal, statement_id]
  }
}
