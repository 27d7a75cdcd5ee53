// Shape S with every linear layer in two factors of rank 32.
val minutes = corpus("samples/data/fed-minutes.txt").bytes().holdOut(0.05)

val gpt = Transformer.decoder("s")
    .vocabulary(4096).context(256).width(256).layers(6)
    .attention(heads(8)).feedForward(swiglu(688)).build()

recipe("rank32")
    .candidate("rank 32", gpt, Compression.keepAll().on(linears()).factorise(rank(32)))
    .pretrain(minutes, adamW(20, 1e-3).seed(1))
