resource "aws_lambda_layer_version_permission" "open_source" {
  # checkov:skip=CKV_LAYER_1: our open-source layer
  layer_name     = "tools"
  version_number = 9
  statement_id   = "public"
  action         = "lambda:GetLayerVersion"
  principal      = "*"
}
