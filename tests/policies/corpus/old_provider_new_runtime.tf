terraform {
  required_version = ">= 1.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 4.0, < 6.0"
    }
  }
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::111122223333:role/orders"
  filename      = "orders.zip"
  handler       = "orders.handler"
  runtime       = "nodejs24.x"
}

resource "aws_lambda_function" "older" {
  function_name = "older"
  role          = "arn:aws:iam::111122223333:role/older"
  filename      = "older.zip"
  handler       = "older.handler"
  runtime       = "nodejs22.x"
}
