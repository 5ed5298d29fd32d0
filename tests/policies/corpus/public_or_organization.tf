variable "organization_id" {
  type    = string
  default = null
}

resource "aws_lambda_layer_version_permission" "readers" {
  layer_name      = "tools"
  version_number  = 7
  statement_id    = "readers"
  action          = "lambda:GetLayerVersion"
  principal       = "*"
  organization_id = var.organization_id
}
