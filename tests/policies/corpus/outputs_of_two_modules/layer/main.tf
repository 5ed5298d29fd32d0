variable "name" {
  type = string
}

resource "aws_lambda_layer_version" "this" {
  layer_name       = var.name
  filename         = "${path.module}/${var.name}.zip"
  source_code_hash = filebase64sha256("${path.module}/${var.name}.zip")
  description      = "Layer ${var.name}"
  license_info     = "MIT"
  skip_destroy     = true
}

output "arn" {
  value = aws_lambda_layer_version.this.arn
}

output "layer_arn" {
  value = aws_lambda_layer_version.this.layer_arn
}
