"""What people and models report about a case: typed, closed, and unknown where nobody said."""
