# What operations apply: the layer's module, and one function that uses it.
# For more than a trial, keep the state in a backend that your team shares.

module "shared_utils" {
  source = "../../modules/shared-utils"
}

resource "aws_iam_role" "handler" {
  name = "${var.function_name}-role"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_cloudwatch_log_group" "handler" {
  # checkov:skip=CKV_AWS_158: The key that CloudWatch has itself is enough for a trial.
  name              = "/aws/lambda/${var.function_name}"
  retention_in_days = 365
}

resource "aws_iam_role_policy" "logs" {
  name = "logs"
  role = aws_iam_role.handler.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.handler.arn}:*"
    }]
  })
}

resource "aws_lambda_function" "handler" {
  # checkov:skip=CKV_AWS_50: A trial is not traced.
  # checkov:skip=CKV_AWS_115: A reservation would be taken from the other functions of the account.
  # checkov:skip=CKV_AWS_116: It is called synchronously: whoever calls it sees the error.
  # checkov:skip=CKV_AWS_117: It reaches nothing that is in a VPC.
  # checkov:skip=CKV_AWS_272: The content is held by its digest; signing needs a profile of the account.
  function_name = var.function_name
  role          = aws_iam_role.handler.arn
  runtime       = "python3.13"
  architectures = ["arm64"]
  handler       = "handler.lambda_handler"
  timeout       = 10

  # The README has the line that writes this ZIP. The digest is that of the source, so a plan works without the
  # ZIP and a ZIP written at another hour, with other times in it, is no change.
  filename         = "${path.module}/build/handler.zip"
  source_code_hash = filebase64sha256("${path.module}/src/handler/handler.py")

  layers = [module.shared_utils.arns["python3.13"]["arm64"]]
}
