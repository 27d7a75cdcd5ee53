package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.io.IoErrors;
import dev.lancet.io.Progress;
import dev.lancet.io.Sha256;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import dev.lancet.runtime.train.graph.ExampleFiles;
import dev.lancet.runtime.train.graph.Examples;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that name calibration data. */
public final class CalibrationOptions {

    private static final String IDS = ".i32";

    @Option(
            names = "--calibrate",
            paramLabel = "FILE",
            description =
                    "Fit factors and codes to what the layers see on these data, and measure the result on a held-out"
                            + " part of them. For a language model: a text of any kind that a training reads, or raw"
                            + " little-endian int32 token ids (.i32). For a graph: .npz or .safetensors with an array for each"
                            + " input of the signature.")
    Optional<Path> file = Optional.empty();

    @Option(
            names = "--samples",
            paramLabel = "N",
            description =
                    "How many rows of the calibration data to use, drawn at random (default: 128). A quarter of all"
                            + " rows, at most 64, is held out.")
    Optional<Integer> samples = Optional.empty();

    @Option(
            names = "--window",
            paramLabel = "N",
            description = "How many tokens a row of a text or of token ids has (default: the model's context, at most"
                    + " 2048).")
    Optional<Integer> window = Optional.empty();

    @Option(names = "--seed", paramLabel = "N", description = "The seed that draws the rows (default: 0).")
    Optional<Long> seed = Optional.empty();

    @Mixin
    private final FieldOption field = new FieldOption();

    private static final int LONGEST = 2048;

    /** Whether calibration data are named. */
    public boolean given() {
        return file.isPresent();
    }

    /** The calibration data for a model; empty if none are named. */
    public Optional<CalibrationData> data(LancetCommand command, ModelArgument model, Progress progress) {
        if (file.isEmpty()) {
            samples.ifPresent(some -> unused(command, "--samples", some));
            window.ifPresent(some -> unused(command, "--window", some));
            seed.ifPresent(some -> unused(command, "--seed", some));
            field.name().ifPresent(some -> unused(command, "--field", some));
            return Optional.empty();
        }
        return Optional.of(CalibrationData.draw(
                rows(command, model, file.get(), progress), samples.orElse(CalibrationData.SAMPLES), seed.orElse(0L)));
    }

    /** Identifies the data and how rows are drawn from them, in one line; empty if none are named. */
    public String identity() {
        return file.map(path -> {
                    try {
                        return Sha256.of(path) + " samples " + samples + " window " + window + " seed " + seed
                                + " field " + field.name();
                    } catch (IOException wrong) {
                        throw IoErrors.reading(path, wrong);
                    }
                })
                .orElse("");
    }

    private static void unused(LancetCommand command, String option, Object value) {
        throw command.wrongUsage(option + ": " + value + " applies only with --calibrate; add --calibrate FILE");
    }

    private Examples rows(LancetCommand command, ModelArgument model, Path path, Progress progress) {
        if (ExampleFiles.holdsArrays(path)) {
            window.ifPresent(some -> {
                throw command.wrongUsage("--window: " + some + " applies only to a text or token ids; " + path
                        + " has rows, leave it out");
            });
            return ExampleFiles.read(path);
        }
        if (model.graph().isPresent()) {
            throw new LancetException(
                    "calibrate: " + path + " is no .npz or .safetensors, and the model is a graph; give"
                            + " rows with an array for each of its inputs");
        }
        try (Model declared = model.model(progress)) {
            int length = window.orElse(Math.min(LONGEST, declared.transformer().context()));
            if (length > declared.transformer().context()) {
                throw new LancetException("--window: " + length + " is longer than the context "
                        + declared.transformer().context() + " of "
                        + declared.transformer().name()
                        + "; use a shorter one");
            }
            if (path.toString().endsWith(IDS)) {
                int[] ids = TokenIdChecks.read(path);
                TokenIdChecks.check(ids, declared.transformer().vocabulary(), "calibration data");
                return CalibrationData.windows(ids, length);
            }
            model.requireTokenizer(", or give token ids as .i32");
            return CalibrationData.windows(
                    declared.tokens(field.of(Corpus.corpus(path.toString())).rest()), length);
        }
    }
}
