"""Whether a thing happened, is to come, or is only thought, asked or denied."""
