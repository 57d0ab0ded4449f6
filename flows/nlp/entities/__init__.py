"""Who and what a text names, and which row of the tables that is."""
