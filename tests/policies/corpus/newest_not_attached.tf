data "aws_lambda_layer_version" "shared" {
  layer_name = "shared"
}

output "newest" {
  value = data.aws_lambda_layer_version.shared.version
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::111122223333:role/orders"
  filename      = "orders.zip"
  handler       = "orders.handler"
  runtime       = "python3.13"
  layers        = ["arn:aws:lambda:eu-west-1:111122223333:layer:shared:3"]
}
