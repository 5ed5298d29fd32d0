variable "image_uri" {
  type    = string
  default = null
}

variable "organization" {
  type    = string
  default = null
}

variable "keep" {
  type    = bool
  default = null
}

variable "stage" {
  type = string
}

locals {
  is_image = var.image_uri != null
  runtime  = var.stage == "old" ? "python3.8" : "python3.13"
}

# A zip, and all of its layers: nothing is wrong with it.
module "zip" {
  source  = "./function"
  runtime = var.stage == "new" ? "python3.13" : "python3.8"
  insight = "arn:aws:lambda:eu-west-1:580247275435:layer:LambdaInsightsExtension:53"
}

resource "aws_lambda_function" "by_stage" {
  function_name = "by-stage"
  role          = "arn:aws:iam::111122223333:role/functions"
  package_type  = local.is_image ? "Image" : "Zip"
  runtime       = local.runtime
  handler       = "main.handler"
  filename      = "function.zip"
  layers        = ["arn:aws:lambda:eu-west-1:111122223333:layer:tools:3"]
}

resource "aws_lambda_layer_version" "tools" {
  layer_name       = "tools"
  description      = "Tools"
  license_info     = "MIT"
  filename         = "${path.module}/tools.zip"
  source_code_hash = filebase64sha256("${path.module}/tools.zip")
  skip_destroy     = var.keep == null ? true : var.keep

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lambda_layer_version_permission" "tools" {
  layer_name      = aws_lambda_layer_version.tools.layer_name
  version_number  = aws_lambda_layer_version.tools.version
  statement_id    = "readers"
  action          = "lambda:GetLayerVersion"
  principal       = var.organization != null ? "*" : "111122223333"
  organization_id = var.organization
}
