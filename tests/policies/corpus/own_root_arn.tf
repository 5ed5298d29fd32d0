data "aws_caller_identity" "current" {}

resource "aws_lambda_layer_version" "sql" {
  layer_name          = "sqlalchemy"
  filename            = "sqlalchemy.zip"
  source_code_hash    = filebase64sha256("sqlalchemy.zip")
  compatible_runtimes = ["python3.12"]
  description         = "SQLAlchemy"
  license_info        = "MIT"
}

resource "aws_lambda_layer_version_permission" "sql" {
  layer_name     = aws_lambda_layer_version.sql.layer_name
  version_number = aws_lambda_layer_version.sql.version
  statement_id   = "AllowLambda"
  action         = "lambda:GetLayerVersion"
  principal      = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"
}
