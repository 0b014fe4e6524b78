# As little as it can cost: spot nodes, one NAT gateway, and a destroy that leaves nothing.
environment     = "staging"
multi_zone      = false
keep_on_destroy = false

budget_monthly_usd = 320

node_groups = {
  system    = { instance_types = ["t3.medium"], spot = false, min = 1, max = 2 }
  services  = { instance_types = ["t3.large", "t3a.large"], spot = true, min = 1, max = 3 }
  pipelines = { instance_types = ["m6i.large", "m5.large"], spot = true, min = 0, max = 2 }
}
