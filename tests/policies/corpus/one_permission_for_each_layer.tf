resource "aws_lambda_layer_version" "this" {
  for_each = toset(["a", "b"])

  layer_name       = each.key
  filename         = "${each.key}.zip"
  source_code_hash = filebase64sha256("${each.key}.zip")
  description      = "Layer ${each.key}"
  license_info     = "MIT"
  skip_destroy     = true
}

resource "aws_lambda_layer_version_permission" "this" {
  for_each = aws_lambda_layer_version.this

  layer_name     = each.value.layer_name
  version_number = each.value.version
  statement_id   = "share"
  action         = "lambda:GetLayerVersion"
  principal      = "111122223333"
}
