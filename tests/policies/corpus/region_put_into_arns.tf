data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

variable "powertools_version" {
  type = number
}

variable "own_layer" {
  type = string
}

resource "aws_lambda_function" "without_version" {
  function_name = "without_version"
  role          = "arn:aws:iam::111122223333:role/without_version"
  filename      = "without_version.zip"
  handler       = "without_version.handler"
  runtime       = "python3.13"
  layers        = ["arn:${data.aws_partition.current.partition}:lambda:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:layer:own"]
}

resource "aws_lambda_function" "of_a_stranger" {
  function_name = "of_a_stranger"
  role          = "arn:aws:iam::111122223333:role/of_a_stranger"
  filename      = "of_a_stranger.zip"
  handler       = "of_a_stranger.handler"
  runtime       = "python3.13"
  layers        = ["arn:aws:lambda:${data.aws_region.current.name}:444455556666:layer:agent:7"]
}

resource "aws_lambda_function" "two_versions" {
  function_name = "two_versions"
  role          = "arn:aws:iam::111122223333:role/two_versions"
  filename      = "two_versions.zip"
  handler       = "two_versions.handler"
  runtime       = "python3.13"
  layers = [
    "arn:aws:lambda:${data.aws_region.current.name}:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:7",
    "arn:aws:lambda:${data.aws_region.current.name}:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:${var.powertools_version}",
  ]
}

resource "aws_lambda_function" "right" {
  function_name = "right"
  role          = "arn:aws:iam::111122223333:role/right"
  filename      = "right.zip"
  handler       = "right.handler"
  runtime       = "python3.13"
  layers = [
    "arn:aws:lambda:${data.aws_region.current.name}:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:7",
    "arn:aws:lambda:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:layer:own-${var.own_layer}",
    "arn:aws:lambda:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:layer:${var.own_layer}:${var.powertools_version}",
  ]
}
