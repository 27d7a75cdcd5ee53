// A small LLaMA-style model learns to write like the Federal Reserve: once as it is, once with every linear layer
// replaced by two narrow ones, both from the same seed on the same batches. Then the narrow one is stored in 8 bits.
//
//     ./lancet run samples/quickstart.lancet.kts
val minutes = corpus("samples/data/fed-minutes.txt").bytes().holdOut(0.05)

val gpt = Transformer.decoder("fed-mini")
    .vocabulary(256).context(256).width(256).layers(4)
    .attention(heads(8)).feedForward(swiglu(688)).build()

val narrow = Compression.keepAll()
    .on(everything()).factorise(ratio(0.25))
    .on(embedding()).keep()

recipe("quickstart")
    .candidate("dense", gpt)
    .candidate("low rank", gpt, narrow)
    .pretrain(minutes, adamW(350, 1e-3).seed(42))
    .candidate("low rank int8", after("low rank"), Compression.keepAll().on(everything()).quantize(int8()))
    .evaluate(minutes.heldOut())
    .sample("The Committee", 60)
    .report("target/quickstart")
