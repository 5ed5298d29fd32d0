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
  name              = "/aws/lambda/${var.function_name}"
  retention_in_days = 14
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
