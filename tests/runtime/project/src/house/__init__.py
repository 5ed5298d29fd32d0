"""What all functions of the house share."""
