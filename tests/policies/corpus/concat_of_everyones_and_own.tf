variable "extra_layers" {
  type    = list(string)
  default = []
}

locals {
  common = ["arn:aws:lambda:eu-west-1:111122223333:layer:logging:12"]
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::111122223333:role/orders"
  filename      = "orders.zip"
  handler       = "orders.handler"
  runtime       = "python3.13"
  layers        = concat(local.common, ["arn:aws:lambda:eu-west-1:111122223333:layer:logging:13"], var.extra_layers)
}
