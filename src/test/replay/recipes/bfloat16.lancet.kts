// Products in bfloat16, activations computed again, gradients of two batches in one step.
val minutes = corpus("samples/data/fed-minutes.txt").bytes().holdOut(0.05)

val gpt = Transformer.decoder("bfloat16")
    .vocabulary(256).context(64).width(96).layers(2)
    .attention(heads(4).kv(2)).feedForward(swiglu(256)).build()

recipe("bfloat16")
    .candidate("bfloat16", gpt)
    .pretrain(minutes, adamW(20, 1e-3).seed(1).bfloat16().checkpointing().accumulate(2))
