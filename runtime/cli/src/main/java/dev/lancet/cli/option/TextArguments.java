package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Instructions;
import dev.lancet.runtime.text.source.Documents;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The texts that a command reads, in all formats that a training reads. */
public final class TextArguments {

    @Parameters(
            paramLabel = "TEXT",
            arity = "1..*",
            description = "The texts, as files or folders: .txt, .jsonl, .csv, .tsv, .tar, each also as .gz or .tgz.")
    private List<Path> paths = List.of();

    @Mixin
    private final FieldOption field = new FieldOption();

    /** The texts as a corpus of bytes, with nothing held out. */
    public Corpus corpus() {
        String[] more = paths.stream().skip(1).map(Path::toString).toArray(String[]::new);
        return field.of(Corpus.corpus(paths.get(0).toString(), more));
    }

    /** The files as examples, prompts with their answers. */
    public Instructions examples(LancetCommand command, ExampleOptions wording) {
        return wording.of(command, paths.stream().map(Path::toString).toList(), field.name());
    }

    /** The texts as documents, read one at a time. */
    public Documents documents() {
        return Documents.of(paths, field.name());
    }

    /** The names of the texts, for messages. */
    @Override
    public String toString() {
        return paths.stream().map(Path::toString).collect(Collectors.joining(", "));
    }
}
