variable "function_name" {
  description = "The name of the function."
  type        = string
  default     = "layerforge-quickstart"
  nullable    = false
}

variable "region" {
  description = "The AWS Region; null takes AWS_REGION or your AWS profile."
  type        = string
  default     = null
}
