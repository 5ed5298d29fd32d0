variable "package_type" {
  type    = string
  default = "Zip"
}

variable "layers" {
  type    = list(string)
  default = null
}

resource "aws_lambda_function" "this" {
  function_name = "any"
  role          = "arn:aws:iam::111122223333:role/any"
  package_type  = var.package_type
  image_uri     = var.package_type == "Image" ? "111122223333.dkr.ecr.eu-west-1.amazonaws.com/any:1" : null
  filename      = var.package_type == "Zip" ? "any.zip" : null
  handler       = var.package_type != "Zip" ? null : "any.handler"
  runtime       = var.package_type != "Zip" ? null : "python3.13"
  layers        = var.layers
}
