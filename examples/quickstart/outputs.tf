output "layer_arn" {
  description = "The layer version that the function uses."
  value       = module.shared_utils.arns["python3.13"]["arm64"]
}

output "function_name" {
  description = "The function's name, for `aws lambda invoke`."
  value       = aws_lambda_function.handler.function_name
}
