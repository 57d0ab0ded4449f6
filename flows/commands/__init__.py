"""What the command line offers, one room per kind: steps of the pipeline, single texts, questions, releases."""
