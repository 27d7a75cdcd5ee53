// A whole run: two candidates, one dense in the beginning and cut then, one quantised after it; sampled, evaluated, saved.
val minutes = corpus("samples/data/fed-minutes.txt").bytes().holdOut(0.05)

val gpt = Transformer.decoder("run")
    .vocabulary(256).context(64).width(64).layers(2)
    .attention(heads(4)).feedForward(gelu(256)).norm(layerNorm(1e-5)).build()

recipe("run")
    .candidate("dense", gpt)
    .candidate("cut", gpt, Compression.keepAll().on(linears()).factorise(ratio(0.5)))
    .pretrain(minutes, adamW(20, 1e-3).seed(1))
    .candidate("int8", after("cut"), Compression.keepAll().on(everything()).quantize(int8()))
    .evaluate(minutes.heldOut())
    .sample("The Committee", 20)
    .report("target/replay/run")
