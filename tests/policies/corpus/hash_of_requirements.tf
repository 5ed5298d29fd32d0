resource "aws_lambda_layer_version" "requirements" {
  layer_name       = "requirements"
  filename         = "requirements.zip"
  source_code_hash = filebase64sha256("${path.module}/requirements.txt")
  description      = "Tools"
  license_info     = "MIT"
  skip_destroy     = true
}

resource "aws_lambda_layer_version" "requirements_read" {
  layer_name       = "requirements_read"
  filename         = "requirements_read.zip"
  source_code_hash = base64sha256(file("requirements.lock"))
  description      = "Tools"
  license_info     = "MIT"
  skip_destroy     = true
}

resource "aws_lambda_layer_version" "content" {
  layer_name       = "content"
  filename         = "content.zip"
  source_code_hash = filebase64sha256("content.zip")
  description      = "Tools"
  license_info     = "MIT"
  skip_destroy     = true
}

resource "aws_lambda_layer_version" "name" {
  layer_name       = "name"
  filename         = "name.zip"
  source_code_hash = base64sha256("name.zip")
  description      = "Tools"
  license_info     = "MIT"
  skip_destroy     = true
}
