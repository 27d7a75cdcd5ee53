package dev.lancet.tests.text;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Opens and uses every tokenizer of a folder in one JVM, as a service would, and prints what became of each. */
final class HostileTokenizerChild {

    private static final List<String> TEXTS = List.of(
            "The Committee, naïve 東京 ﬁ " + "a".repeat(60) + "b decided:\n 0.25 percent!   ",
            "a".repeat(20_000) + "!",
            " \n".repeat(2_000),
            "");

    private HostileTokenizerChild() {}

    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
            for (Path file : files.sorted().toList()) {
                long begun = System.nanoTime();
                String verdict = verdict(file);
                out.println(String.join(
                        "\t",
                        String.valueOf(file.getFileName()).replace(".json", ""),
                        String.valueOf((System.nanoTime() - begun) / 1_000_000),
                        verdict));
            }
        }
        out.println("alive");
        System.exit(0);
    }

    private static String verdict(Path file) {
        try (Tokenizer tokenizer = Tokenizer.open(file)) {
            int tokens = 0;
            for (String text : TEXTS) {
                int[] ids = tokenizer.encode(text);
                tokens += ids.length;
                tokenizer.decode(ids);
                tokenizer.decode(tokenizer.encode(text, false));
            }
            for (int id = 0; id < tokenizer.vocabulary(); id++) {
                tokenizer.decode(new int[] {id});
            }
            return "opened, " + tokens + " tokens";
        } catch (LancetException refused) {
            return "refused: " + refused.getMessage();
        } catch (RuntimeException | Error wrong) {
            return "BROKEN " + wrong;
        }
    }
}
