variable "shared_version" {
  type = number
}

data "aws_lambda_layer_version" "shared" {
  layer_name = "shared"
  version    = var.shared_version
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::111122223333:role/orders"
  filename      = "orders.zip"
  handler       = "orders.handler"
  runtime       = "python3.13"
  layers        = [data.aws_lambda_layer_version.shared.arn]
}
