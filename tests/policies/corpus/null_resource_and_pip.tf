resource "null_resource" "pip" {
  triggers = {
    requirements = filemd5("${path.module}/requirements.txt")
  }

  provisioner "local-exec" {
    command = "pip install -r requirements.txt -t build/python && cd build && zip -r layer.zip python"
  }
}

resource "aws_lambda_layer_version" "deps" {
  layer_name          = "deps"
  filename            = "build/layer.zip"
  compatible_runtimes = ["python3.8"]
  depends_on          = [null_resource.pip]
}
