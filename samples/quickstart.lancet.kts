// A small LLaMA-style model learns to write like the Federal Reserve: once as it is, and once with each linear layer replaced by
// two small matrices and a SiLU between them (CoLA). Both start from the same seed and see the same batches at the same rates.
// Then the low-rank one is stored in 8 bits.
//
//     ./lancet run samples/quickstart.lancet.kts
val minutes = corpus("samples/data/fed-minutes.txt").bpe(2048).holdOut(0.05)

val gpt = Transformer.decoder("fed-mini")
    .vocabulary(2048).context(256).width(256).layers(4)
    .attention(heads(8)).feedForward(swiglu(688)).build()

val factors = Compression.keepAll().on(linears()).factorise(rank(44), silu())

recipe("quickstart")
    .candidate("dense", gpt)
    .candidate("low rank", gpt, factors)
    .pretrain(minutes, muon(200, 0.02).adam(0.096).seed(42))
    .candidate("low rank int8", after("low rank"), Compression.keepAll().on(everything()).quantize(int8()))
    .evaluate(minutes.heldOut())
    .sample("The Committee", 60)
    .report("target/quickstart")
