variable "tracing_layer" {
  type    = string
  default = ""
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::111122223333:role/orders"
  filename      = "orders.zip"
  handler       = "orders.handler"
  runtime       = "python3.13"
  layers        = compact([var.tracing_layer, "arn:aws:lambda:eu-west-1:111122223333:layer:logging:12"])
}
