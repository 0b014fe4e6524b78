# The rules that come with tflint; nothing is downloaded.
plugin "terraform" {
  enabled = true
  preset  = "all"
}

# Modules keep one concern a file; what would be main.tf has the name of its concern.
rule "terraform_standard_module_structure" {
  enabled = false
}
