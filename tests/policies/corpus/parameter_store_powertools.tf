data "aws_ssm_parameter" "powertools" {
  name = "/aws/service/powertools/python/arm64/python3.13/latest"
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::111122223333:role/orders"
  filename      = "orders.zip"
  handler       = "orders.handler"
  runtime       = "python3.13"
  architectures = ["arm64"]
  layers        = [data.aws_ssm_parameter.powertools.value]
}
