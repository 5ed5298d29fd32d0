data "aws_organizations_organization" "this" {}

resource "aws_lambda_layer_version" "org" {
  layer_name       = "org"
  filename         = "org.zip"
  source_code_hash = filebase64sha256("org.zip")
  description      = "For everyone in the organization"
  license_info     = "MIT"
  skip_destroy     = true

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lambda_layer_version_permission" "org" {
  layer_name      = aws_lambda_layer_version.org.layer_name
  version_number  = aws_lambda_layer_version.org.version
  statement_id    = "org"
  action          = "lambda:GetLayerVersion"
  principal       = "*"
  organization_id = data.aws_organizations_organization.this.id
  skip_destroy    = true

  lifecycle {
    create_before_destroy = true
  }
}
