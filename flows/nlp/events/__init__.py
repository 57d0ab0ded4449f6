"""What is said to have happened: type, participants, time, place, status."""
