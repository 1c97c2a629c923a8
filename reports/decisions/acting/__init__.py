"""What an officer may do with a decision: which events the rules would accept, and a form for each."""
