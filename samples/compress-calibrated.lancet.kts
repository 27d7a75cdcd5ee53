// A trained model becomes small in three ways, each fitted to a text that it reads and measured on other rows of that text:
// 4 bits everywhere, six times smaller by the best form of every layer, and lower ranks followed by a short training on the
// predictions of the original.
//
//     ./lancet run samples/compress-calibrated.lancet.kts
//
// Without MODEL and TEXT it takes the model of 260,000 parameters and the stories that lie among the tests' files.
val fixtures = "src/test/resources/fixtures"
val model = System.getenv("MODEL") ?: "$fixtures/stories260K-hf"
val text = corpus(System.getenv("TEXT") ?: "$fixtures/text-tinystories/tinystories.txt").holdOut(0.1)

// A row has WINDOW tokens; more of them, and more tokens for the recovery, take longer and keep more.
val window = (System.getenv("WINDOW") ?: "128").toInt()
val recover = (System.getenv("RECOVER") ?: "10000").toLong()

val fitted = calibration(text).samples(48).window(window)

recipe("compress-calibrated")
    .candidate("original", checkpoint(model))
    .candidate("int4", after("original"), Compression.keepAll().on(everything()).quantize(int4(32)), fitted)
    .candidate("6x", after("original"), Compression.keepAll().within(budget("6x")), fitted)
    .candidate(
        "ranks, recovered", after("original"),
        Compression.keepAll().on(feedForward()).factorise(ratio(0.6)), fitted.recover(recover))
    .evaluate(text.heldOut())
    .report("target/compress-calibrated")
