variable "name" {
  type = string
}

variable "runtime" {
  type    = string
  default = "python3.13"
}

variable "layers" {
  type    = list(string)
  default = []
}

resource "aws_lambda_function" "this" {
  function_name = var.name
  role          = "arn:aws:iam::111122223333:role/${var.name}"
  filename      = "${path.module}/function.zip"
  handler       = "main.handler"
  runtime       = var.runtime
  layers        = var.layers
}
