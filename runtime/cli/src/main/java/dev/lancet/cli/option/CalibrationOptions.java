package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.io.IoErrors;
import dev.lancet.io.Progress;
import dev.lancet.io.Sha256;
import dev.lancet.runtime.CalibrationRows;
import dev.lancet.runtime.calibration.CalibrationCache;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.train.graph.ExampleFiles;
import dev.lancet.runtime.train.graph.Examples;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that name calibration data. */
public final class CalibrationOptions {

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

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description =
                    "Where measurements are kept, so that another compression of the same model on the same data need"
                            + " not measure again (default: lancet in the user's cache folder, which is $$XDG_CACHE_HOME or"
                            + " ~/.cache). At most 4 GiB; what was used longest ago is removed.")
    Optional<Path> cache = Optional.empty();

    @Option(names = "--no-cache", description = "Measure anew, and keep nothing.")
    boolean noCache;

    @Mixin
    private final FieldOption field = new FieldOption();

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
            cache.ifPresent(some -> unused(command, "--cache", some));
            if (noCache) {
                throw command.wrongUsage("--no-cache applies only with --calibrate; add --calibrate FILE");
            }
            field.name().ifPresent(some -> unused(command, "--field", some));
            return Optional.empty();
        }
        if (window.isPresent() && ExampleFiles.holdsArrays(file.get())) {
            throw command.wrongUsage("--window: " + window.get() + " applies only to a text or token ids; " + file.get()
                    + " has rows, leave it out");
        }
        OptionalInt length = window.map(OptionalInt::of).orElse(OptionalInt.empty());
        Examples rows = new CalibrationRows(model.source(), length).read(file.get(), field.name(), progress);
        return Optional.of(CalibrationData.draw(rows, samples.orElse(CalibrationData.SAMPLES), seed.orElse(0L)));
    }

    /** Where measurements are kept; a line on standard error says when some are reused. */
    public CalibrationCache cache(LancetCommand command) {
        if (noCache && cache.isPresent()) {
            throw command.wrongUsage("--no-cache: there is also --cache " + cache.get() + "; leave out one of them");
        }
        Optional<Path> folder = noCache ? Optional.empty() : cache.or(() -> userFolder(command.console.env()));
        return folder.map(path -> CalibrationCache.in(path, command::tell)).orElseGet(CalibrationCache::none);
    }

    /** The folder for caches of the user's (XDG Base Directory Specification, version 0.8), which ignores relative paths. */
    private static Optional<Path> userFolder(Map<String, String> env) {
        Optional<Path> caches = Stream.of(env.getOrDefault("XDG_CACHE_HOME", ""), env.getOrDefault("LOCALAPPDATA", ""))
                .map(Path::of)
                .filter(Path::isAbsolute)
                .findFirst();
        return caches.or(() -> Optional.of(Path.of(env.getOrDefault("HOME", "")))
                        .filter(Path::isAbsolute)
                        .map(home -> home.resolve(".cache")))
                .map(folder -> folder.resolve("lancet"));
    }

    /** The data and how rows are drawn from them, for a report: the same on every machine; empty if none are named. */
    public Optional<String> described() {
        return file.map(path -> {
            try {
                return "SHA-256 " + Sha256.of(path) + ", up to " + samples.orElse(CalibrationData.SAMPLES) + " rows"
                        + window.map(tokens -> " of " + tokens + " tokens").orElse("") + ", seed "
                        + seed.orElse(0L)
                        + field.name().map(name -> ", field " + name).orElse("");
            } catch (IOException wrong) {
                throw IoErrors.reading(path, wrong);
            }
        });
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
}
