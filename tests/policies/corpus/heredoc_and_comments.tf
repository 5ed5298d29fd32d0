# layers = ["arn:aws:lambda:eu-west-1:444455556666:layer:commented-out"]
resource "aws_lambda_layer_version" "doc" {
  layer_name       = "doc"
  filename         = "doc.zip"
  source_code_hash = filebase64sha256("doc.zip")
  skip_destroy     = true

  description  = <<-EOT
    Documentation helpers.
    Two lines.
  EOT
  license_info = "MIT"
}
