locals {
  functions = {
    orders   = { runtime = "python3.13" }
    invoices = { runtime = "nodejs16.x" }
  }
}

module "functions" {
  source   = "./function"
  for_each = local.functions

  name    = each.key
  runtime = each.value.runtime
}
