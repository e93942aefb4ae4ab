"""What follows: rules as data, two engines that must agree, and the decision they lead to."""
