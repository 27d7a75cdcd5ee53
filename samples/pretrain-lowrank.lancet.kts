// Does low rank cost accuracy? A dense model; a model with every linear layer in two factors with a SiLU between them (CoLA)
// and its table in two factors, 2.64 times fewer parameters; and the honest rival, a narrower dense model of that size.
// The same text, the same batches, three seeds. Each of the small ones once for as many tokens as the dense model, and once
// for as long as it takes: docs/results.md has the figures so far.
//
//     FED_CORPUS=meeting_minutes.tar.gz:speeches.tar.gz ./lancet run samples/pretrain-lowrank.lancet.kts
//
// Without FED_CORPUS it trains on the minutes that lie here, which is too little text for a verdict. STEPS=60 and SEEDS=1
// make it short.
val texts = (System.getenv("FED_CORPUS") ?: "samples/data/fed-minutes.txt").split(":")
val steps = (System.getenv("STEPS") ?: "600").toInt()
val seeds = (System.getenv("SEEDS") ?: "3").toInt()

val fed = corpus(texts.first(), *texts.drop(1).toTypedArray()).bpe(4096).holdOut(0.02)

val gpt = Transformer.decoder("fed")
    .vocabulary(4096).context(256).width(256).layers(6)
    .attention(heads(8)).feedForward(swiglu(688)).build()

// As many numbers as width 256 at rank 56, as good after as many steps, and faster.
val slender = Transformer.decoder("fed-low-rank")
    .vocabulary(4096).context(256).width(192).layers(6)
    .attention(heads(6)).feedForward(swiglu(516)).build()

val twin = Transformer.decoder("fed-narrow")
    .vocabulary(4096).context(256).width(144).layers(6)
    .attention(heads(6)).feedForward(swiglu(426)).build()

val narrow = Compression.keepAll()
    .on(linears()).factorise(rank(75), silu())
    .on(embedding()).factorise(rank(126))

// How many of their steps fit into one of the dense model's, on two cores; the report says the seconds that each took.
val lowRankSteps = (steps * 2.0).toInt()
val twinSteps = (steps * 2.3).toInt()

recipe("pretrain-lowrank")
    .candidate("dense", gpt)
    .candidate("low rank", slender, narrow)
    .candidate("narrow dense", twin)
    .candidate("low rank, equal time", slender, narrow)
    .candidate("narrow dense, equal time", twin)
    .train("dense", fed, muon(steps, 0.02).adam(3e-3))
    .train("low rank", fed, muon(steps, 0.01).adam(3e-3))
    .train("narrow dense", fed, muon(steps, 0.02).adam(3e-3))
    .train("low rank, equal time", fed, muon(lowRankSteps, 0.01).adam(3e-3))
    .train("narrow dense, equal time", fed, muon(twinSteps, 0.02).adam(3e-3))
    .evaluate(fed.heldOut())
    .seeds(*LongArray(seeds) { 1L + it })
    .report("target/pretrain-lowrank")
