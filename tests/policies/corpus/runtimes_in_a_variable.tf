variable "runtimes" {
  type    = list(string)
  default = ["python3.10", "python3.11", "python3.12"]
}

resource "aws_lambda_layer_version" "tools" {
  layer_name          = "tools"
  filename            = "tools.zip"
  source_code_hash    = filebase64sha256("tools.zip")
  compatible_runtimes = var.runtimes
  description         = "Tools"
  license_info        = "MIT"
  skip_destroy        = true
}
