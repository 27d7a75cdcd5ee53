package dev.lancet.runtime.text.instruction;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.util.List;
import java.util.stream.Stream;

/** Examples as token ids, in a training part and a held-out part. {@link InstructionReader} reads them. */
public final class InstructionText {

    private final String name;
    private final Tokenizer tokenizer;
    private final List<List<EncodedExample>> training;
    private final List<List<EncodedExample>> heldOut;
    private final int sequence;
    private final ExampleCounts counts;
    private final String fingerprint;

    InstructionText(String name, Tokenizer tokenizer, Sequences sequences, ExampleCounts counts, String fingerprint) {
        this.name = name;
        this.tokenizer = tokenizer;
        this.training = sequences.training;
        this.heldOut = sequences.heldOut;
        this.sequence = sequences.length;
        this.counts = counts;
        this.fingerprint = fingerprint;
    }

    /** The examples of each sequence, and the places of a sequence. */
    record Sequences(List<List<EncodedExample>> training, List<List<EncodedExample>> heldOut, int length) {}

    /** The files, for messages. */
    public String name() {
        return name;
    }

    /** The tokenizer. */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** The places of a sequence: as many as the longest example needs, or, if they are packed, as many as allowed. */
    public int sequence() {
        return sequence;
    }

    /** The number of sequences to train on. */
    public int rows() {
        return training.size();
    }

    /** What the examples consist of. */
    public ExampleCounts counts() {
        return counts;
    }

    /** Hexadecimal SHA-256 of all ids, of the answers in them, of the choice of held-out ones, and of the sequences. */
    public String fingerprint() {
        return fingerprint;
    }

    /** The steps in which a training sees every sequence this many times, rounded up. */
    public int steps(double epochs, int sequencesPerStep) {
        return Math.toIntExact((long) Math.ceil(epochs * training.size() / sequencesPerStep));
    }

    /** The batches of a training. */
    public ExampleBatches batches(int batch, int parts, long seed) {
        return new ExampleBatches(training, batch, sequence, parts, seed);
    }

    /** The batches that validate. */
    public ExampleBatches heldOut(int batch) {
        return new ExampleBatches(heldOut, batch, sequence, 1, 0);
    }

    /**
     * Checks that every id is in the vocabulary of a model.
     *
     * @throws LancetException if an example has an id that the model does not have
     */
    public void checkFits(int modelVocabulary) {
        int largest = Stream.concat(training.stream(), heldOut.stream())
                .flatMap(List::stream)
                .flatMapToInt(example -> java.util.Arrays.stream(example.ids()))
                .max()
                .orElse(-1);
        if (largest >= modelVocabulary) {
            throw new LancetException("ids: " + largest + " in " + name + " is outside the vocabulary of "
                    + modelVocabulary + "; use the tokenizer that the model was trained with");
        }
    }

    @Override
    public String toString() {
        return counts + ", of " + tokenizer.name();
    }
}
