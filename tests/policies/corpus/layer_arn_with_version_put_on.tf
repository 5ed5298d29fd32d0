resource "aws_lambda_layer_version" "tools" {
  layer_name       = "tools"
  filename         = "tools.zip"
  source_code_hash = filebase64sha256("tools.zip")
  description      = "Tools"
  license_info     = "MIT"
  skip_destroy     = true
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::111122223333:role/orders"
  filename      = "orders.zip"
  handler       = "orders.handler"
  runtime       = "python3.13"
  layers        = ["${aws_lambda_layer_version.tools.layer_arn}:${aws_lambda_layer_version.tools.version}"]
}

resource "aws_lambda_function" "invoices" {
  function_name = "invoices"
  role          = "arn:aws:iam::111122223333:role/invoices"
  filename      = "invoices.zip"
  handler       = "invoices.handler"
  runtime       = "python3.13"
  layers        = [aws_lambda_layer_version.tools.layer_arn]
}
