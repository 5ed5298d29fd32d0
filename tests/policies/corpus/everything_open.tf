resource "aws_lambda_layer_version_permission" "open" {
  layer_name     = "arn:aws:lambda:us-east-2:111122223333:layer:tools"
  version_number = 4
  principal      = "*"
  action         = "*"
  statement_id   = "dev-account"
}
