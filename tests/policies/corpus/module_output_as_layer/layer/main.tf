variable "name" {
  type = string
}

resource "aws_lambda_layer_version" "this" {
  layer_name       = var.name
  filename         = "${path.root}/build/${var.name}.zip"
  source_code_hash = filebase64sha256("${path.root}/build/${var.name}.zip")
  description      = "The layer ${var.name}"
  license_info     = "MIT"
  skip_destroy     = true
}

output "arn" {
  value = aws_lambda_layer_version.this.arn
}
