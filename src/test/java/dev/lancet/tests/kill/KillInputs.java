package dev.lancet.tests.kill;

import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.lora;
import static dev.lancet.Lancet.swiglu;

import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** What the commands read: a text, a model, an adapter, graphs, rows with classes, and a recipe in the folder of the outputs. */
record KillInputs(Path folder) {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");

    private static final String RECIPE = """
            import static dev.lancet.Lancet.*;
            import dev.lancet.dsl.*;
            import dev.lancet.dsl.recipe.*;

            public final class Killed {
                public static Recipe killed() {
                    Transformer tiny = Transformer.decoder("tiny").vocabulary(256).context(32).width(32).layers(2)
                            .attention(heads(4)).feedForward(swiglu(64)).build();
                    Compression narrow = Compression.keepAll().on(linears()).factorise(rank(8));
                    Corpus text = corpus("TEXT").bytes().holdOut(0.1);
                    return recipe("killed")
                            .candidate("one", tiny, narrow)
                            .pretrain(text, adamW(230, 3e-3).batch(4).sequence(16).validateEvery(50).seed(3))
                            .candidate("after", after("one"), Compression.keepAll().on(linears()).quantize(int8()))
                            .evaluate(text.heldOut())
                            .report("OUT/report");
                }
            }
            """;

    /** Writes all inputs. */
    static KillInputs write(Path folder) throws IOException {
        StringBuilder words = new StringBuilder();
        Random random = new Random(5);
        for (int i = 0; i < 4000; i++) {
            words.append(List.of("rates ", "prices ", "jobs ", "and ", "fell. ", "rose. ", "\n\n")
                    .get(random.nextInt(7)));
        }
        Files.writeString(folder.resolve("text.txt"), words);
        Transformer tiny = Transformer.decoder("tiny")
                .vocabulary(256)
                .context(32)
                .width(64)
                .layers(2)
                .attention(heads(4))
                .feedForward(swiglu(128))
                .build();
        try (Model model = Model.create(tiny, 1);
                Model adapted = model.adapt(linears(), lora(4))) {
            model.saveHuggingFace(folder.resolve("model"));
            adapted.saveAdapters(folder.resolve("adapter"));
        }
        copy(FIXTURES.resolve("dense-mlp-savedmodel/saved_model"), folder.resolve("graph"));
        copy(FIXTURES.resolve("keras-transformer-classifier/saved_model"), folder.resolve("classifier"));
        Files.copy(FIXTURES.resolve("lm-eval-reference/model/tokenizer.json"), folder.resolve("tokenizer.json"));
        Files.writeString(folder.resolve("classes.csv"), classes());
        return new KillInputs(folder);
    }

    private static String classes() {
        StringBuilder rows = new StringBuilder("text,label\n");
        for (int i = 0; i < 60; i++) {
            String tone = List.of("up", "down", "flat").get(i % 3);
            rows.append("Rates are ")
                    .append(tone)
                    .append(" in month ")
                    .append(i)
                    .append(',')
                    .append(tone)
                    .append('\n');
        }
        return rows.toString();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> walk = Files.walk(from)) {
            for (Path file : walk.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    /** An empty folder for outputs, with a recipe that writes there. */
    Path outputs(String name) throws IOException {
        Path outputs = Files.createDirectories(folder.resolve(name));
        Files.writeString(
                outputs.resolve("Killed.java"),
                RECIPE.replace("TEXT", folder.resolve("text.txt").toString()).replace("OUT", outputs.toString()));
        return outputs;
    }
}
