terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.80"
    }
  }
}

data "aws_lambda_layer_version" "newest" {
  layer_name = "logging"
}

module "orders" {
  source  = "./function"
  name    = "orders"
  runtime = "python3.14"
  layers  = [data.aws_lambda_layer_version.newest.arn]
}

module "invoices" {
  source = "./function"
  name   = "invoices"
  layers = ["arn:aws:lambda:eu-west-1:444455556666:layer:stranger:1", "arn:aws:lambda:eu-west-1:111122223333:layer:logging:1"]
}
