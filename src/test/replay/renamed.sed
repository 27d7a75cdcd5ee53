# What was renamed on purpose: sed -E commands that turn the old name into the new one.
