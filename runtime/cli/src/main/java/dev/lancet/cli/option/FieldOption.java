package dev.lancet.cli.option;

import dev.lancet.dsl.recipe.Corpus;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option that names the field of a row or line that holds the text. */
public final class FieldOption {

    @Option(
            names = "--field",
            paramLabel = "NAME",
            description = "The column of .csv, or the key of .jsonl, that holds the text (default: text).")
    private Optional<String> name = Optional.empty();

    public Optional<String> name() {
        return name;
    }

    /** The corpus, with its text in the field that the option names. */
    public Corpus of(Corpus corpus) {
        return name.map(corpus::field).orElse(corpus);
    }
}
