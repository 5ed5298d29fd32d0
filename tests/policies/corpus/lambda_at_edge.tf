resource "aws_lambda_function" "edge" {
  function_name = "edge"
  role          = "arn:aws:iam::111122223333:role/edge"
  filename      = "edge.zip"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  publish       = true
}
