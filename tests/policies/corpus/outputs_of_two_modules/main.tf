module "logging" {
  source = "./layer"
  name   = "logging"
}

module "tools" {
  source = "./layer"
  name   = "tools"
}

locals {
  logging = module.logging.arn
  tools   = module.tools.arn
}

resource "aws_lambda_layer_version" "this" {
  layer_name       = "own"
  filename         = "own.zip"
  source_code_hash = filebase64sha256("own.zip")
  description      = "Own code"
  license_info     = "MIT"
  skip_destroy     = true
}

resource "aws_lambda_function" "both" {
  function_name = "both"
  role          = "arn:aws:iam::111122223333:role/both"
  filename      = "both.zip"
  handler       = "both.handler"
  runtime       = "python3.13"
  layers        = [module.logging.arn, module.tools.arn]
}

resource "aws_lambda_function" "through_locals" {
  function_name = "through_locals"
  role          = "arn:aws:iam::111122223333:role/through_locals"
  filename      = "through_locals.zip"
  handler       = "through_locals.handler"
  runtime       = "python3.13"
  layers        = concat([local.logging], [local.tools])
}

resource "aws_lambda_function" "with_its_own" {
  function_name = "with_its_own"
  role          = "arn:aws:iam::111122223333:role/with_its_own"
  filename      = "with_its_own.zip"
  handler       = "with_its_own.handler"
  runtime       = "python3.13"
  layers        = [module.logging.arn, aws_lambda_layer_version.this.arn]
}

resource "aws_lambda_function" "its_own_twice" {
  function_name = "its_own_twice"
  role          = "arn:aws:iam::111122223333:role/its_own_twice"
  filename      = "its_own_twice.zip"
  handler       = "its_own_twice.handler"
  runtime       = "python3.13"
  layers        = [aws_lambda_layer_version.this.arn, aws_lambda_layer_version.this.arn]
}

resource "aws_lambda_function" "without_version" {
  function_name = "without_version"
  role          = "arn:aws:iam::111122223333:role/without_version"
  filename      = "without_version.zip"
  handler       = "without_version.handler"
  runtime       = "python3.13"
  layers        = [module.tools.layer_arn]
}
