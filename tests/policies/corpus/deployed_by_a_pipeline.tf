data "archive_file" "placeholder" {
  type        = "zip"
  output_path = "placeholder.zip"

  source {
    content  = "placeholder"
    filename = "placeholder.txt"
  }
}

resource "aws_lambda_layer_version" "placeholder" {
  layer_name               = "core"
  filename                 = data.archive_file.placeholder.output_path
  compatible_runtimes      = ["python3.11"]
  compatible_architectures = ["x86_64"]

  lifecycle {
    ignore_changes = [filename]
  }
}
