package dev.lancet.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A text and a recipe that are over at once. */
final class Workshop {

    private Workshop() {}

    static Path recipe(Path folder) throws IOException {
        Path text = Files.writeString(
                folder.resolve("text.txt"), "The Committee seeks maximum employment and price stability.\n".repeat(60));
        return Files.writeString(folder.resolve("mini.lancet.kts"), """
                val words = corpus("%s").bytes().holdOut(0.2)
                val gpt = Transformer.decoder("mini")
                    .vocabulary(256).context(16).width(16).layers(1)
                    .attention(heads(2)).feedForward(swiglu(32)).build()
                recipe("mini")
                    .candidate("dense", gpt)
                    .pretrain(words, adamW(4, 1e-2).batch(2).seed(7))
                    .candidate("small", after("dense"), Compression.keepAll().on(linears()).factorise(ratio(0.5), int8()))
                    .evaluate(words.heldOut())
                    .sample("The", 5)
                    .report("%s")
                """.formatted(text, folder.resolve("report")));
    }
}
