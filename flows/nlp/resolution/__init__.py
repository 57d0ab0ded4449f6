"""What later words of a document mean by what its earlier words named."""
