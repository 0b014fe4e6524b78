# As little as it can cost: spot nodes, one NAT gateway, nodes in working hours only, and a destroy that leaves nothing.
environment       = "staging"
multi_zone        = false
keep_on_destroy   = false
key_deletion_days = 7
cidr              = "10.40.0.0/16"

budget_monthly_usd = 250

# Hours in Asia/Kolkata. Outside them nothing answers. Two nodes of services: addons and services fill one with system's,
# and a rollout needs room for the pods of both versions; nothing adds a node.
node_groups = {
  system    = { instance_types = ["t3.medium"], spot = false, min = 1, max = 2, hours = { up = "0 8 * * 1-5", down = "0 20 * * 1-5" } }
  services  = { instance_types = ["t3.large", "t3a.large"], spot = true, min = 2, max = 3, hours = { up = "0 8 * * 1-5", down = "0 20 * * 1-5" } }
  pipelines = { instance_types = ["m6i.large", "m5.large"], spot = true, min = 0, max = 2, hours = { up = "0 9 * * 1-5", down = "0 12 * * 1-5" } }
}
