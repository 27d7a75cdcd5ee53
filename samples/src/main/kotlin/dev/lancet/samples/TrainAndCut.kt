package dev.lancet.samples

import dev.lancet.Lancet.adamW
import dev.lancet.Lancet.corpus
import dev.lancet.Lancet.embedding
import dev.lancet.Lancet.heads
import dev.lancet.Lancet.int8
import dev.lancet.Lancet.linears
import dev.lancet.Lancet.ratio
import dev.lancet.Lancet.swiglu
import dev.lancet.dsl.Compression
import dev.lancet.dsl.Transformer
import dev.lancet.dsl.plan.Plan
import dev.lancet.runtime.Model
import java.io.PrintStream

/** The same story in Kotlin: `+` joins compressions, `use` closes models, and no value of ours is ever `String!`. */
fun trainAndCut(file: String, steps: Int, out: PrintStream = System.out) {
    val text = corpus(file).bytes().holdOut(0.05)
    val gpt =
        Transformer.decoder("mini")
            .vocabulary(256)
            .context(128)
            .width(128)
            .layers(2)
            .attention(heads(4))
            .feedForward(swiglu(344))
            .build()
    val cut = Compression.keepAll().on(linears()).factorise(ratio(0.5), int8())
    val diet = cut + Compression.keepAll().on(embedding()).quantize(int8())

    Model.create(gpt, 42).train(text, adamW(steps, 1e-3)).use { full ->
        full.compress(diet).use { slim ->
            out.println("${full.bytes()} -> ${slim.bytes()} bytes")
            out.println("perplexity ${full.perplexity(text.heldOut())} -> ${slim.perplexity(text.heldOut())}")
            out.println(slim.generate("The Committee", 32))
        }
    }
}

/** Every weight that a compression changes; its name is a real `String`, so nothing here needs `?.` or `!!`. */
fun changedNames(model: Transformer, diet: Compression): List<String> =
    Plan.of(model, diet).changed().map { it.weight().name() }

/** Where nothing may be there, the type says so. */
fun firstChanged(model: Transformer, diet: Compression): String? = changedNames(model, diet).firstOrNull()
