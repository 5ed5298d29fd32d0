data "aws_caller_identity" "current" {}

resource "aws_lambda_layer_version_permission" "own" {
  layer_name     = "tools"
  version_number = 4
  statement_id   = "own"
  action         = "lambda:GetLayerVersion"
  principal      = data.aws_caller_identity.current.account_id
}
