"""What a language model may write about, and what of it a person gets to see."""
