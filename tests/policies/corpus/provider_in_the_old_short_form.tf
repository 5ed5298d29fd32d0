terraform {
  required_providers {
    aws = "~> 3.50.0"
  }
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::111122223333:role/orders"
  filename      = "orders.zip"
  handler       = "orders.handler"
  runtime       = "python3.14"
}
