"""Tables that come with the product, of each task and of a real size: `plumb adopt --example NAME` adopts one."""
