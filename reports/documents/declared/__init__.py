"""What officers declare: which fields there are, who said what when, and how a snapshot copies it in."""
