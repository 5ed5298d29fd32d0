provider "aws" {
  alias  = "us"
  region = "us-east-1"
}

provider "aws" {
  alias  = "eu"
  region = "eu-west-1"
}

resource "aws_lambda_layer_version" "us" {
  provider         = aws.us
  layer_name       = "tools"
  filename         = "tools.zip"
  source_code_hash = filebase64sha256("tools.zip")
  description      = "Tools"
  license_info     = "MIT"
  skip_destroy     = true
}

resource "aws_lambda_layer_version" "eu" {
  provider         = aws.eu
  layer_name       = "tools"
  filename         = "tools.zip"
  source_code_hash = filebase64sha256("tools.zip")
  description      = "Tools"
  license_info     = "MIT"
  skip_destroy     = true
}
