output "layer_arns" {
  description = "The layer versions by runtime and architecture."
  value       = module.data_science.arns
}
