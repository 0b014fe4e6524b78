"""What is written about the Terraform folders, made from what is in them."""
