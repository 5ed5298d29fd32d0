resource "aws_lambda_function" "china" {
  function_name = "china"
  role          = "arn:aws-cn:iam::111122223333:role/china"
  filename      = "china.zip"
  handler       = "china.handler"
  runtime       = "java21"
  layers        = ["arn:aws-cn:lambda:cn-north-1:111122223333:layer:tools"]
}

resource "aws_lambda_layer_version_permission" "china" {
  layer_name     = "tools"
  version_number = 2
  statement_id   = "root"
  action         = "lambda:GetLayerVersion"
  principal      = "arn:aws-cn:iam::111122223333:root"
}
