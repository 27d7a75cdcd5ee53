# What was renamed on purpose: sed -E commands that turn the old name into the new one.
s/cheap-again/cheap-recomputation/g
s/unpacking-again/backward-dequantization/g
s/attention-slope/softmax-gradient/g
