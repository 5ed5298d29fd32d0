locals {
  region  = "eu-west-1"
  account = "017000801446"

  layers = [
    "arn:aws:lambda:${local.region}:${local.account}:layer:AWSLambdaPowertoolsPythonV3-python313-arm64:7",
    "arn:aws:lambda:${local.region}:111122223333:layer:logging:12",
  ]
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::111122223333:role/orders"
  filename      = "orders.zip"
  handler       = "orders.handler"
  runtime       = "python3.13"
  architectures = ["arm64"]
  layers        = local.layers
}
