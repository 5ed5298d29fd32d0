locals {
  layers = toset(["common", "pandas", "requests"])
}

resource "aws_lambda_layer_version" "this" {
  for_each = local.layers

  layer_name          = "${terraform.workspace}-${each.key}"
  filename            = "${path.module}/build/${each.key}.zip"
  source_code_hash    = filebase64sha256("${path.module}/build/${each.key}.zip")
  compatible_runtimes = ["python3.13"]
  description         = "The ${each.key} layer"
  license_info        = "MIT"
  skip_destroy        = true
}

resource "aws_lambda_function" "report" {
  function_name = "report"
  role          = "arn:aws:iam::111122223333:role/report"
  filename      = "report.zip"
  handler       = "report.handler"
  runtime       = "python3.13"
  layers        = [for layer in aws_lambda_layer_version.this : layer.arn]
}
