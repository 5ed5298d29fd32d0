resource "aws_lambda_layer_version" "node" {
  layer_name          = "node-modules"
  filename            = "/tmp/node_modules.zip"
  source_code_hash    = base64sha256("/tmp/node_modules.zip")
  compatible_runtimes = ["nodejs22.x"]
  description         = "Shared modules"
  license_info        = "MIT"
  skip_destroy        = true
}
