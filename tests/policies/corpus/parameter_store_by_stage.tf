variable "stage" {
  type = string
}

data "aws_ssm_parameter" "utils" {
  name = "/app/${var.stage}/layers/utils/arn"
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::111122223333:role/orders"
  filename      = "orders.zip"
  handler       = "orders.handler"
  runtime       = "python3.13"
  layers        = [data.aws_ssm_parameter.utils.value]
}
