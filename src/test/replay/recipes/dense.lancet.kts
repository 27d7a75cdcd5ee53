// Shape S: 6 layers, width 256, sequences of 256 tokens, batches of 8.
val minutes = corpus("samples/data/fed-minutes.txt").bytes().holdOut(0.05)

val gpt = Transformer.decoder("s")
    .vocabulary(4096).context(256).width(256).layers(6)
    .attention(heads(8)).feedForward(swiglu(688)).build()

recipe("dense")
    .candidate("dense", gpt)
    .pretrain(minutes, adamW(20, 1e-3).seed(1))
