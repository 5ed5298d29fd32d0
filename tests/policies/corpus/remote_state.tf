data "terraform_remote_state" "layers" {
  backend = "s3"
  config  = { bucket = "state", key = "layers", region = "eu-west-1" }
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::111122223333:role/orders"
  filename      = "orders.zip"
  handler       = "orders.handler"
  runtime       = "python3.13"
  layers        = [data.terraform_remote_state.layers.outputs.shared_arn]
}
