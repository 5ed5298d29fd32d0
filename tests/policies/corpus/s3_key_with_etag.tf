resource "aws_s3_object" "layer" {
  bucket = "artifacts"
  key    = "layers/db-${filemd5("layer.zip")}.zip"
  source = "layer.zip"
  etag   = filemd5("layer.zip")
}

resource "aws_lambda_layer_version" "db" {
  layer_name               = "psycopg2-py312"
  s3_bucket                = aws_s3_object.layer.bucket
  s3_key                   = aws_s3_object.layer.key
  source_code_hash         = filebase64sha256("layer.zip")
  compatible_runtimes      = ["python3.12"]
  compatible_architectures = ["x86_64"]
  description              = "psycopg2 2.9"
  license_info             = "LGPL-3.0-or-later"
  skip_destroy             = true
}
