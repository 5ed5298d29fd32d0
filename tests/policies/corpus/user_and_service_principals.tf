resource "aws_lambda_layer_version_permission" "user" {
  layer_name     = "tools"
  version_number = 1
  statement_id   = "user"
  action         = "lambda:GetLayerVersion"
  principal      = "arn:aws:iam::111122223333:user/deployer"
}

resource "aws_lambda_layer_version_permission" "service" {
  layer_name     = "other"
  version_number = 1
  statement_id   = "service"
  action         = "lambda:GetLayerVersion"
  principal      = "lambda.amazonaws.com"
}
