variable "region" {
  description = "The AWS Region; null takes AWS_REGION or your AWS profile."
  type        = string
  default     = null
}
