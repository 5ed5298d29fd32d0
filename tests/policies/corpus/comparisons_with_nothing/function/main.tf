variable "runtime" {
  type = string
}

variable "insight" {
  type    = string
  default = ""
}

variable "image_uri" {
  type    = string
  default = null
}

resource "aws_lambda_function" "this" {
  function_name = "report"
  role          = "arn:aws:iam::111122223333:role/functions"
  package_type  = var.image_uri == null ? "Zip" : "Image"
  runtime       = var.runtime
  handler       = "report.handler"
  filename      = "function.zip"
  layers = concat([
    "arn:aws:lambda:eu-west-1:111122223333:layer:a:1",
    "arn:aws:lambda:eu-west-1:111122223333:layer:b:1",
    "arn:aws:lambda:eu-west-1:111122223333:layer:c:1",
    "arn:aws:lambda:eu-west-1:111122223333:layer:d:1",
    "arn:aws:lambda:eu-west-1:111122223333:layer:e:1",
  ], var.image_uri == null ? [] : [var.insight])
}
