// Dense twins lead fresh factors over the first half of the training.
val minutes = corpus("samples/data/fed-minutes.txt").bytes().holdOut(0.05)

val gpt = Transformer.decoder("guided")
    .vocabulary(256).context(64).width(96).layers(2)
    .attention(heads(4)).feedForward(swiglu(256)).build()

recipe("guided")
    .candidate("guided", gpt, Compression.keepAll().on(linears()).factorise(rank(24)))
    .pretrain(minutes, adamW(20, 1e-3).seed(1).selfGuided(0.5))
