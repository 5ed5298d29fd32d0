"""AWS Lambda layers from a YAML spec: locked contents, byte-reproducible ZIPs, Terraform modules.

Folders are stages, and data goes one way through them::

    spec -> plan -> lock -> build -> verify -> render -> terraform apply

Import what you need from the stages; importing this module costs nothing.
"""

__version__ = "0.1.0"
