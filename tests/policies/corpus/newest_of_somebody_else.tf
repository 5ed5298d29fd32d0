data "aws_lambda_layer_version" "shared" {
  layer_name = "shared"
}

locals {
  layers = [data.aws_lambda_layer_version.shared.arn]
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::111122223333:role/orders"
  filename      = "orders.zip"
  handler       = "orders.handler"
  runtime       = "python3.13"
  layers        = local.layers
}
