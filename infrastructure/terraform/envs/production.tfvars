environment     = "production"
multi_zone      = true
keep_on_destroy = true
cidr            = "10.41.0.0/16"

budget_monthly_usd = 900

# Hours in Asia/Kolkata: pipelines run at night.
node_groups = {
  system    = { instance_types = ["t3.large"], spot = false, min = 2, max = 3 }
  services  = { instance_types = ["m6i.large"], spot = false, min = 2, max = 8 }
  pipelines = { instance_types = ["m6i.2xlarge", "m5.2xlarge"], spot = true, min = 0, max = 6, hours = { up = "30 1 * * *", down = "30 5 * * *" } }
}
