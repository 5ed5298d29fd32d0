locals {
  layers = {
    tools = { runtimes = ["python3.13"], arch = ["arm64"] }
    image = { runtimes = ["python3.9"], arch = ["x86_64"] }
  }
}

resource "aws_lambda_layer_version" "this" {
  for_each = local.layers

  layer_name               = each.key
  filename                 = "${path.module}/${each.key}.zip"
  source_code_hash         = filebase64sha256("${path.module}/${each.key}.zip")
  compatible_runtimes      = each.value.runtimes
  compatible_architectures = each.value.arch
  description              = "Layer ${each.key}"
  license_info             = "MIT"
  skip_destroy             = true
}
