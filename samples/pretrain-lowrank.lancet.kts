// Does low rank cost accuracy? A dense model; a narrower one with every linear layer in two factors with a SiLU between them
// (CoLA), 2.64 times fewer parameters; and the honest rival, a still narrower dense model of that size.
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

val slender = Transformer.decoder("fed-low-rank")
    .vocabulary(4096).context(256).width(192).layers(6)
    .attention(heads(6)).feedForward(swiglu(516)).build()

val twin = Transformer.decoder("fed-narrow")
    .vocabulary(4096).context(256).width(144).layers(6)
    .attention(heads(6)).feedForward(swiglu(426)).build()

// The table stays whole: at a high rate it learns faster than two factors of it, by more than their ranks are worth.
val narrow = Compression.keepAll().on(linears()).factorise(rank(64), silu())

// How many of their steps fit into one of the dense model's, on two cores; the report says the seconds that each took. Where
// it is quiet, a step of the twin is 8 % shorter than one of low rank.
val lowRankSteps = Math.round(steps * 1.9).toInt()
val twinSteps = Math.round(steps * 2.05).toInt()

// AdamW moves the table and the norms. At the 3e-3 that is usual for matrices all of them learn far worse. Each model's best Muon
// rate of those tried is within 0.3 % of 0.02.
recipe("pretrain-lowrank")
    .candidate("dense", gpt)
    .candidate("low rank", slender, narrow)
    .candidate("narrow dense", twin)
    .candidate("low rank, equal time", slender, narrow)
    .candidate("narrow dense, equal time", twin)
    .train("dense", fed, muon(steps, 0.02).adam(0.096))
    .train("low rank", fed, muon(steps, 0.02).adam(0.096))
    .train("narrow dense", fed, muon(steps, 0.02).adam(0.096))
    .train("low rank, equal time", fed, muon(lowRankSteps, 0.02).adam(0.096))
    .train("narrow dense, equal time", fed, muon(twinSteps, 0.02).adam(0.096))
    .evaluate(fed.heldOut())
    .seeds(*LongArray(seeds) { 1L + it })
    .report("target/pretrain-lowrank")
