variable "permission_statements" {
  type = map(object({
    principal       = string
    organization_id = optional(string)
  }))
}

resource "aws_lambda_layer_version" "main" {
  layer_name       = "shared"
  filename         = "shared.zip"
  source_code_hash = filebase64sha256("shared.zip")
  description      = "Shared"
  license_info     = "MIT"
  skip_destroy     = true
}

resource "aws_lambda_layer_version_permission" "main" {
  for_each = var.permission_statements

  layer_name      = aws_lambda_layer_version.main.layer_name
  version_number  = aws_lambda_layer_version.main.version
  statement_id    = each.key
  action          = "lambda:GetLayerVersion"
  principal       = each.value.principal
  organization_id = each.value.organization_id
}
