// Does low rank cost accuracy? A dense model; the same model with every linear layer in two factors with a SiLU between them
// (CoLA), 2.64 times fewer parameters; and the honest rival, a narrower dense model of that size. The same text, the same
// batches, three seeds. docs/results.md has the figures so far.
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

val twin = Transformer.decoder("fed-narrow")
    .vocabulary(4096).context(256).width(144).layers(6)
    .attention(heads(6)).feedForward(swiglu(426)).build()

val narrow = Compression.keepAll()
    .on(linears()).factorise(rank(39), silu())

var study = recipe("pretrain-lowrank")
for (seed in 1L..seeds) {
    study = study
        .candidate("dense $seed", gpt)
        .train("dense $seed", fed, muon(steps, 0.02).adam(3e-3).seed(seed))
        .candidate("low rank $seed", gpt, narrow)
        .train("low rank $seed", fed, muon(steps, 0.01).adam(3e-3).seed(seed))
        .candidate("narrow dense $seed", twin)
        .train("narrow dense $seed", fed, muon(steps, 0.02).adam(3e-3).seed(seed))
}
study.evaluate(fed.heldOut()).report("target/pretrain-lowrank")
