"""What happens to decisions and explanations under graded, realistic changes of the items."""
