data "aws_caller_identity" "current" {}

data "aws_organizations_organization" "ours" {}

data "aws_iam_role" "deployer" {
  name = "deployer"
}

resource "aws_organizations_account" "new" {
  name  = "new"
  email = "new@example.com"
}

resource "aws_lambda_layer_version_permission" "organization_id" {
  layer_name     = "organization_id"
  version_number = 1
  statement_id   = "readers"
  action         = "lambda:GetLayerVersion"
  principal      = data.aws_organizations_organization.ours.id
}

resource "aws_lambda_layer_version_permission" "organizational_unit" {
  layer_name     = "organizational_unit"
  version_number = 1
  statement_id   = "readers"
  action         = "lambda:GetLayerVersion"
  principal      = "ou-abc1-defghijk"
}

resource "aws_lambda_layer_version_permission" "role" {
  layer_name     = "role"
  version_number = 1
  statement_id   = "readers"
  action         = "lambda:GetLayerVersion"
  principal      = data.aws_iam_role.deployer.arn
}

resource "aws_lambda_layer_version_permission" "whoever_runs_this" {
  layer_name     = "whoever_runs_this"
  version_number = 1
  statement_id   = "readers"
  action         = "lambda:GetLayerVersion"
  principal      = data.aws_caller_identity.current.arn
}

resource "aws_lambda_layer_version_permission" "own_account" {
  layer_name     = "own_account"
  version_number = 1
  statement_id   = "readers"
  action         = "lambda:GetLayerVersion"
  principal      = data.aws_caller_identity.current.account_id
}

resource "aws_lambda_layer_version_permission" "account_of_a_role" {
  layer_name     = "account_of_a_role"
  version_number = 1
  statement_id   = "readers"
  action         = "lambda:GetLayerVersion"
  principal      = split(":", data.aws_iam_role.deployer.arn)[4]
}

resource "aws_lambda_layer_version_permission" "account_that_is_made" {
  layer_name     = "account_that_is_made"
  version_number = 1
  statement_id   = "readers"
  action         = "lambda:GetLayerVersion"
  principal      = aws_organizations_account.new.id
}

resource "aws_lambda_layer_version_permission" "first_account" {
  layer_name     = "first_account"
  version_number = 1
  statement_id   = "readers"
  action         = "lambda:GetLayerVersion"
  principal      = data.aws_organizations_organization.ours.accounts[0].id
}

resource "aws_lambda_layer_version_permission" "number" {
  layer_name     = "number"
  version_number = 1
  statement_id   = "readers"
  action         = "lambda:GetLayerVersion"
  principal      = 222233334444
}
