module "a" {
  source = "./shared"
  name   = "a"
}

module "b" {
  source   = "./shared"
  name     = "b"
  accounts = ["111122223333"]
}
