data "archive_file" "requests" {
  type        = "zip"
  source_dir  = "${path.module}/layers/requests"
  output_path = "${path.module}/build/requests.zip"
}

resource "aws_lambda_layer_version" "requests" {
  layer_name          = "requests"
  filename            = data.archive_file.requests.output_path
  source_code_hash    = data.archive_file.requests.output_base64sha256
  compatible_runtimes = ["python3.12", "python3.13"]
}
