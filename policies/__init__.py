"""checkov policies that know AWS Lambda layers: `checkov --external-checks-dir policies`."""
