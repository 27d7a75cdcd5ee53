# What was renamed on purpose: sed -E commands that turn the old name into the new one.
s/cheap-again/cheap-recomputation/g
s/unpacking-again/backward-dequantization/g
s/attention-slope/softmax-gradient/g
s/\.turned\b/.by_head/g
s/\.ready\b/.prepared/g
s/\.bent\b/.silu/g
s/attn\.shares\b/attn.probabilities/g
s/entropy\.shares\b/cross_entropy.probabilities/g
s/\bvisible\.near\b/attention_mask.window/g
s/\bvisible\b/attention_mask/g
s/(^|[^.a-z_-])entropy\b/\1cross_entropy/g
s/attention\.slope/attention.softmax_gradient/g
s/(^|[ (,^])again\//\1recomputed\//g
s/\b(step|rate)\.sound\b/\1.finite/g
s/\bopen = Sigmoid/sigmoid = Sigmoid/
s/\bopen:y/sigmoid:y/g
s/\bopen_wide\b/sigmoid_wide/g
s/\bbent\b/cubic_sum/g
s/\bbend\b/cubic_coefficient/g
s/\bodd\b/erf/g
s/"dtype" : "int4",/"dtype" : "int4(32)",/
