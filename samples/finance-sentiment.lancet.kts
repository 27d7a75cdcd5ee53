// What is fine-tuning worth, and what does each way of doing it cost? One base model answers questions of a financial task as it is,
// with answered examples before each question, and after fine-tuning: of all weights, with LoRA, with DoRA, with LoRA beside
// int8 and int4 (QLoRA), and with LoRA beside a base in low rank, 2.64 times smaller. One table at the end.
//
//     ./lancet run samples/finance-sentiment.lancet.kts
//
// As it is, it pre-trains a small base on the minutes that lie here, and asks what kind of answer a question about an annual report
// wants (TAT-QA): that runs for everybody in minutes, but so small a model says little about fine-tuning. For a verdict give it
// a model and the sentiment of news. These data are not shipped; bench/finance.py says where they are, and writes the two files
// with rows that a seed draws:
//
//     bench/finance.py --train sent_train.csv --test sent_valid.csv --out target/tfns --prepare
//     export TRAIN=target/tfns/seed-1/train.csv TEST=target/tfns/seed-1/test.csv
//     MODEL=my-model RATE=2e-3 FULL_RATE=5e-4 SEEDS=3 ./lancet run samples/finance-sentiment.lancet.kts
//
// MODEL is a model folder. Without it a base learns from TEXT in BASE_STEPS steps. Each fine-tuning takes STEPS steps, at RATE for
// adapters and FULL_RATE for all weights. At most ROWS rows are asked, with SHOTS answered examples before each in the second
// column. RECOVER tokens of TEXT repair the base in low rank. Each of these is an environment variable or a property of Java.
// A recipe runs in one process, which says nothing of the memory that each way needs: bench/finance.py measures it.
fun setting(name: String, usual: String) = System.getProperty(name) ?: System.getenv(name) ?: usual

val text = corpus(setting("TEXT", "samples/data/fed-minutes.txt")).bpe(2048).holdOut(0.02)
val given = setting("MODEL", "")
val news = setting("TRAIN", "").isNotEmpty()

// The task puts a space between prompt and answer, so the answers of the examples begin with one.
val questions = "samples/data/report-questions"
val prompt = if (news) "{text}\nSentiment:" else "Question: {question}\nAnswer:"
val train = instructions(setting("TRAIN", "$questions/train.csv"))
    .template(prompt).label(if (news) "label" else "answer").packed()
val asked = if (news) {
    task("sentiment", setting("TEST", ""), prompt).labels("negative", "neutral", "positive")
} else {
    task("questions", "$questions/test.csv", prompt).answer("answer_type")
        .label("arithmetic", "number").label("span", "text").label("multi-span", "list")
}.limit(setting("ROWS", "200").toInt())

val steps = setting("STEPS", "100").toInt()
val adapters = adamW(steps, setting("RATE", "5e-3").toDouble()).batch(4).sequence(128)
val whole = adamW(steps, setting("FULL_RATE", "1e-3").toDouble()).batch(4).sequence(128)

fun layers() = Compression.keepAll().on(attention(), feedForward())

val base = if (given.isNotEmpty()) {
    recipe("finance-sentiment").candidate("base", checkpoint(given))
} else {
    val small = Transformer.decoder("fed-small")
        .vocabulary(2048).context(256).width(128).layers(4)
        .attention(heads(4)).feedForward(swiglu(344)).build()
    recipe("finance-sentiment")
        .candidate("base", small)
        .pretrain(text, muon(setting("BASE_STEPS", "200").toInt(), 0.02).adam(0.03).sequence(128))
}

// Ranks fitted to the text, and repaired on a little of it: plain truncation to this size destroys a model.
val lowRank = Compression.keepAll().on(linears()).factorise(byBudget()).within(budget("2.64x"))
val fitted = calibration(text).samples(48).window(128).recover(setting("RECOVER", "10000").toLong())

base.candidate("all weights", after("base"), Compression.keepAll().on(everything(), norms()).train())
    .candidate("LoRA", after("base"), layers().adapt(lora(8)))
    .candidate("DoRA", after("base"), layers().adapt(lora(8).dora()))
    .candidate("QLoRA int8", after("base"), layers().quantize(int8(), lora(8)))
    .candidate("QLoRA int4", after("base"), layers().quantize(int4(32), lora(8)))
    .candidate("low rank", after("base"), lowRank, fitted)
    .candidate("LoRA on low rank", after("low rank"), layers().adapt(lora(8)))
    .train("all weights", train, whole)
    .train("LoRA", train, adapters)
    .train("DoRA", train, adapters)
    .train("QLoRA int8", train, adapters)
    .train("QLoRA int4", train, adapters)
    .train("LoRA on low rank", train, adapters)
    .evaluate(asked)
    .evaluate(asked.shots(setting("SHOTS", "3").toInt()))
    .seeds(*LongArray(setting("SEEDS", "1").toInt()) { 1L + it })
    .report("target/finance-sentiment")
