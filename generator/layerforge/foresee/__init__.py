"""What an apply will do: the texts of modules and roots before and after, to `Effects`. Pure."""
