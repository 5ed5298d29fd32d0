resource "aws_lambda_layer_version" "this" {
  for_each = fileset("${path.module}/layers", "*.zip")

  layer_name       = trimsuffix(each.value, ".zip")
  filename         = "${path.module}/layers/${each.value}"
  source_code_hash = filebase64sha256("${path.module}/layers/${each.value}")
  description      = "Packaged as ${each.value}"
  license_info     = "MIT"
  skip_destroy     = true
}
