variable "environment" {
  description = "Environment the cluster serves; the ApplicationSets choose by it."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment must be staging or production."
  }
}

variable "region" {
  description = "Region of cluster, buckets and secrets."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region)) && !startswith(var.region, "cn-")
    error_message = "region must look like ap-south-1, in the partition aws: no other is supported."
  }
}

variable "cluster" {
  description = "Name of the cluster that Argo CD runs in and installs to."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]*[a-z0-9]$", var.cluster))
    error_message = "cluster must be a name of small letters, digits and hyphens."
  }
}

variable "domain" {
  description = "Domain whose names lead to the cluster, for the links in alerts and dashboards."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.domain))
    error_message = "domain must look like staging.example.com."
  }
}

variable "repository" {
  description = "Git repository that Argo CD follows, and the branch, tag or commit."
  type = object({
    url      = string
    revision = string
  })

  validation {
    condition     = can(regex("^(https|ssh)://[^ ]+$", var.repository.url)) && can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", var.repository.revision))
    error_message = "repository.url must begin with https:// or ssh://, repository.revision be a branch, tag or commit."
  }
}

variable "storage" {
  description = "Buckets by kind, and the key that encrypts them."
  type = object({
    kms_key_arn = string
    buckets     = object({ pipeline = string, models = string, data = string, data-cache = string })
  })

  validation {
    condition     = startswith(var.storage.kms_key_arn, "arn:aws:kms:") && alltrue([for bucket in values(var.storage.buckets) : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", bucket))])
    error_message = "storage.kms_key_arn must be the ARN of a key, and each of storage.buckets the name of a bucket."
  }
}

variable "mlflow" {
  description = "What the MLflow server is deployed with: artifact bucket, database, and where the passwords are."
  type = object({
    bucket              = string
    database            = string
    database_secret_arn = string
    admin_secret        = string
  })

  validation {
    condition     = can(regex("^[a-z0-9.-]+:[0-9]+/[a-z0-9_]+$", var.mlflow.database))
    error_message = "mlflow.database must be HOST:PORT/NAME."
  }

  validation {
    condition     = alltrue([for value in values(var.mlflow) : length(value) > 0]) && startswith(var.mlflow.database_secret_arn, "arn:aws:")
    error_message = "mlflow must be filled, and mlflow.database_secret_arn be the ARN of a secret."
  }
}

variable "addons" {
  description = "Addons that Argo CD installs. Leave out what the cluster has already."
  type        = set(string)
  default     = ["argo-rollouts", "argo-workflows", "external-secrets", "istio", "kube-prometheus-stack"]

  validation {
    condition     = length(setsubtract(var.addons, ["argo-rollouts", "argo-workflows", "external-secrets", "istio", "kube-prometheus-stack"])) == 0
    error_message = "addons must be of argo-rollouts, argo-workflows, external-secrets, istio, kube-prometheus-stack."
  }
}

variable "karpenter" {
  description = "Role of the nodes that Karpenter starts and queue of its interruptions; null leaves Karpenter out."
  type = object({
    node_role = string
    queue     = string
  })
  default = null

  validation {
    condition     = var.karpenter == null || can(regex("^[A-Za-z0-9_-]{1,80}$", var.karpenter.queue)) && can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.karpenter.node_role))
    error_message = "karpenter must be null, or the name of a role and of a queue of SQS."
  }
}

variable "kuberay" {
  description = "Whether Argo CD installs KubeRay's operator, which runs Ray jobs."
  type        = bool
  default     = false
}

variable "chart_version" {
  description = "Exact version of Argo CD's chart; 9.3.7 brings Argo CD 3.2.6."
  type        = string
  default     = "9.3.7"

  validation {
    condition     = can(regex("^[0-9]+\\.[0-9]+\\.[0-9]+$", var.chart_version))
    error_message = "chart_version must be one version such as 9.3.7, not a range."
  }
}
