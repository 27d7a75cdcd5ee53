// A nonlinearity between the factors, Muon for the matrices, rates of their own, validation on the way.
val minutes = corpus("samples/data/fed-minutes.txt").bpe(512).holdOut(0.05)

val gpt = Transformer.decoder("muon")
    .vocabulary(512).context(64).width(96).layers(2)
    .attention(heads(4)).feedForward(swiglu(256)).build()

recipe("muon")
    .candidate("muon", gpt, Compression.keepAll().on(linears()).factorise(rank(24), silu()))
    .pretrain(minutes, muon(20, 0.02).adam(0.03).seed(1).validateEvery(5))
