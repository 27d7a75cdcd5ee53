package dev.lancet.cli.option;

import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.runtime.text.source.Documents;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The texts that a command reads, of all kinds that a training reads. */
public final class TextArguments {

    @Parameters(
            paramLabel = "TEXT",
            arity = "1..*",
            description = "Files and folders: .txt, .jsonl, .csv, .tsv, .tar, each also as .gz or .tgz.")
    private List<Path> paths = List.of();

    @Mixin
    private final FieldOption field = new FieldOption();

    /** As a corpus of bytes of which nothing is held out. */
    public Corpus corpus() {
        String[] more = paths.stream().skip(1).map(Path::toString).toArray(String[]::new);
        return field.of(Corpus.corpus(paths.get(0).toString(), more));
    }

    /** As documents, one at a time. */
    public Documents documents() {
        return Documents.of(paths, field.name());
    }

    /** Their names, for messages. */
    @Override
    public String toString() {
        return paths.stream().map(Path::toString).collect(Collectors.joining(", "));
    }
}
