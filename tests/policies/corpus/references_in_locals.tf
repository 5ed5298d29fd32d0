data "aws_lambda_layer_version" "tools" {
  layer_name = "tools"
}

data "aws_ssm_parameter" "powertools" {
  name = "/aws/service/powertools/python/arm64/python3.13/3.1.0:1"
}

data "aws_region" "current" {}

locals {
  tools      = data.aws_lambda_layer_version.tools.arn
  powertools = data.aws_ssm_parameter.powertools.value
  own        = "arn:aws:lambda:${data.aws_region.current.name}:111122223333:layer:own"
}

resource "aws_lambda_function" "newest" {
  function_name = "newest"
  role          = "arn:aws:iam::111122223333:role/newest"
  filename      = "newest.zip"
  handler       = "newest.handler"
  runtime       = "python3.13"
  layers        = [local.powertools, local.tools]
}

resource "aws_lambda_function" "without_version" {
  function_name = "without_version"
  role          = "arn:aws:iam::111122223333:role/without_version"
  filename      = "without_version.zip"
  handler       = "without_version.handler"
  runtime       = "python3.13"
  layers        = [local.own, local.powertools]
}

resource "aws_lambda_function" "right" {
  function_name = "right"
  role          = "arn:aws:iam::111122223333:role/right"
  filename      = "right.zip"
  handler       = "right.handler"
  runtime       = "python3.13"
  layers        = ["${local.own}:3"]
}

resource "aws_lambda_function" "in_a_function" {
  function_name = "in_a_function"
  role          = "arn:aws:iam::111122223333:role/in_a_function"
  filename      = "in_a_function.zip"
  handler       = "in_a_function.handler"
  runtime       = "python3.13"
  layers        = concat([local.powertools], [local.tools])
}
