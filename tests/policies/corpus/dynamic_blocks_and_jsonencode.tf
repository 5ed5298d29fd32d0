variable "subnets" {
  type    = list(string)
  default = []
}

resource "aws_iam_role" "orders" {
  name = "orders"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = aws_iam_role.orders.arn
  filename      = "orders.zip"
  handler       = "orders.handler"
  runtime       = "python3.13"
  layers        = ["arn:aws:lambda:eu-west-1:111122223333:layer:logging:12"]

  environment {
    variables = {
      CONFIG = jsonencode({ layers = ["arn:aws:lambda:eu-west-1:444455556666:layer:stranger"] })
    }
  }

  dynamic "vpc_config" {
    for_each = length(var.subnets) == 0 ? [] : [1]

    content {
      subnet_ids         = var.subnets
      security_group_ids = []
    }
  }
}
