package dev.lancet.cli;

import dev.lancet.cli.option.TaskOptions;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What {@code lancet evaluate} reads: a text, token ids, rows of a graph, pairs of texts, or a task. */
final class EvaluationInput {
    @Option(
            names = "--text",
            paramLabel = "FILE",
            description = "A text: .txt, .jsonl, .csv, .tsv, .tar, each also as .gz or .tgz. The model's"
                    + " tokenizer reads it.")
    Optional<String> text = Optional.empty();

    @Option(names = "--ids", paramLabel = "FILE", description = "Token ids, as raw little-endian int32.")
    Optional<Path> ids = Optional.empty();

    @Option(
            names = "--inputs",
            paramLabel = "FILE",
            description =
                    "For a graph: rows as .npz or .safetensors, with an array for each input of the" + " signature.")
    Optional<Path> rows = Optional.empty();

    @Option(
            names = "--task",
            paramLabel = "NAME",
            description = "Questions with known answers: " + TaskOptions.NAMES
                    + ", or any name with --template; classify for a classifier from lancet tune --task classify."
                    + " Needs --data.")
    Optional<String> task = Optional.empty();

    @Option(
            names = "--pairs",
            paramLabel = "FILE",
            description = "For an encoder: .csv, .json or .jsonl with sentence1, sentence2 and score in each row."
                    + " Prints the rank correlation (Spearman) of cosines and scores.")
    Optional<Path> pairs = Optional.empty();
}
