package dev.lancet.runtime;

import dev.lancet.dsl.Head;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.io.Progress;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.embed.EncoderTexts;
import dev.lancet.runtime.embed.EncoderTokenizer;
import dev.lancet.runtime.signature.SignatureTokenizer;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.runtime.train.graph.ExampleFiles;
import dev.lancet.runtime.train.graph.Examples;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Reads rows for a model from a file: arrays for a graph; a text or token ids for a language model; texts for an encoder. */
public final class CalibrationRows {

    /** The longest window if a user says nothing. */
    private static final int LONGEST = 2048;

    private static final String IDS = ".i32";

    private final ModelSource model;
    private final OptionalInt window;

    /**
     * Rows for a model.
     *
     * @param window the tokens of a row of a text or of token ids; empty for
     *     the model's context, at most 2048, or the whole text if it is shorter
     */
    public CalibrationRows(ModelSource model, OptionalInt window) {
        this.model = model;
        this.window = window;
    }

    /**
     * Reads a file: {@code .npz} or {@code .safetensors} with an array for each input of a graph, raw little-endian int32
     * token ids in {@code .i32}, or a text of any kind that a training reads; for an encoder {@link EncoderTexts}.
     *
     * @param field the field of a {@code .csv} or {@code .jsonl} that holds the text; empty for the usual one
     * @throws LancetException if the file does not fit the model, or is damaged
     */
    public Examples read(Path file, Optional<String> field, Progress progress) {
        if (ExampleFiles.holdsArrays(file)) {
            return ExampleFiles.read(file);
        }
        if (model instanceof DeclaredSource encoder && !encoder.transformer().continuesText()) {
            return texts(encoder, file, field);
        }
        if (!(model instanceof DeclaredSource declared)) {
            throw new LancetException(
                    "calibrate: " + file + " is no .npz or .safetensors, and the model is a graph; give"
                            + " rows with an array for each of its inputs");
        }
        if (file.toString().endsWith(IDS)) {
            return windows(declared.transformer(), TokenIdChecks.read(file));
        }
        Corpus corpus = Corpus.corpus(file.toString());
        return windows(
                declared.transformer(),
                tokens(declared, field.map(corpus::field).orElse(corpus), progress));
    }

    /** The texts of a file as the inputs of an encoder, a row each. */
    private Examples texts(DeclaredSource encoder, Path file, Optional<String> field) {
        if (file.toString().endsWith(IDS)) {
            throw new LancetException("calibrate: " + file + " holds token ids, but "
                    + encoder.transformer().name()
                    + " reads whole texts; give a text with one on each line, .csv or .jsonl, or rows as .npz");
        }
        List<String> lines = EncoderTexts.read(file, field);
        try (EncoderTokenizer tokenizer = EncoderTokenizer.open(encoder)) {
            SignatureTokenizer.Encoded all = tokenizer.encode(lines, window);
            return encoder.transformer().head() instanceof Head.MaskedToken
                    ? ofOneLength(tokenizer, lines, all.tokens())
                    : all.examples();
        }
    }

    /**
     * Scores of tokens mean nothing where a row is filled up, so no row is: texts of fewer tokens than the median are left out,
     * and longer ones are cut.
     */
    private static Examples ofOneLength(EncoderTokenizer tokenizer, List<String> texts, List<Integer> tokens) {
        int median = tokens.stream().sorted().toList().get(tokens.size() / 2);
        List<String> kept = IntStream.range(0, texts.size())
                .filter(i -> tokens.get(i) >= median)
                .mapToObj(texts::get)
                .toList();
        return tokenizer.encode(kept, OptionalInt.of(median)).examples();
    }

    private static int[] tokens(DeclaredSource declared, Corpus corpus, Progress progress) {
        Tokenizer bytes = Tokenizer.bytes();
        Transformer transformer = declared.transformer();
        if (declared.tokenizer().isEmpty() && transformer.vocabulary() != bytes.vocabulary()) {
            throw new LancetException("tokenizer: " + transformer.name()
                    + " has none; put a tokenizer.json or tok*.bin beside the model, or give token ids as .i32");
        }
        try (Tokenizer tokenizer = declared.tokenizer().map(Tokenizer::open).orElse(bytes)) {
            return new ModelTokenizer(transformer, Optional.of(tokenizer))
                    .read(corpus, progress)
                    .part(corpus.rest())
                    .toArray();
        }
    }

    private Examples windows(Transformer transformer, int[] ids) {
        int usual = Math.min(Math.min(LONGEST, transformer.context()), Math.max(2, ids.length));
        int length = window.orElse(usual);
        if (length > transformer.context()) {
            throw new LancetException("--window: " + length + " is longer than the context " + transformer.context()
                    + " of " + transformer.name() + "; use a shorter one");
        }
        TokenIdChecks.check(ids, transformer.vocabulary(), "calibration data");
        return CalibrationData.windows(ids, length);
    }

    /** Token ids as rows. */
    public Examples of(int[] ids) {
        if (!(model instanceof DeclaredSource declared)) {
            throw new LancetException("calibrate: token ids, but the model is a graph; give rows as .npz or"
                    + " .safetensors, with an array for each of its inputs");
        }
        return windows(declared.transformer(), ids);
    }
}
