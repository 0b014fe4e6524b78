output "vpc_id" {
  description = "Id of the VPC."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "Addresses of the VPC."
  value       = aws_vpc.this.cidr_block
}

output "private_subnet_ids" {
  description = "Ids of the private subnets, one a zone: nodes and databases."
  value       = [for subnet in aws_subnet.private : subnet.id]

  # Who starts here finds the way out and the endpoints, and a destroy takes them last.
  depends_on = [
    aws_route.private,
    aws_route_table_association.private,
    aws_vpc_endpoint.interface,
    aws_vpc_endpoint.s3,
    aws_vpc_security_group_ingress_rule.endpoints,
  ]
}
