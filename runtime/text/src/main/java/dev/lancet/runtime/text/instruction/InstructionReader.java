package dev.lancet.runtime.text.instruction;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Instructions;
import dev.lancet.io.Progress;
import dev.lancet.io.Sha256;
import dev.lancet.runtime.text.chat.ChatTemplate;
import dev.lancet.runtime.text.source.FieldRows;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Reads examples for a model: words them, encodes them, and puts them into sequences. */
public final class InstructionReader {

    private final Tokenizer tokenizer;
    private final Optional<ChatTemplate> chat;
    private final int places;

    /**
     * A reader for a model.
     *
     * @param chat the chat template, if the model has one
     * @param places the most inputs of a sequence
     */
    public InstructionReader(Tokenizer tokenizer, Optional<ChatTemplate> chat, int places) {
        this.tokenizer = tokenizer;
        this.chat = chat;
        this.places = places;
    }

    /**
     * One example as the model sees it.
     *
     * @param where the row that it comes from
     * @param pieces its text, in parts without and with loss
     * @param encoded its ids
     * @param ended whether the id that ends a text was added
     */
    public record Shown(String where, List<TextPiece> pieces, EncodedExample encoded, boolean ended) {

        public Shown {
            pieces = List.copyOf(pieces);
        }
    }

    private record Kept(EncodedExample example, String hash) {}

    /**
     * Reads examples.
     *
     * @param directory the folder that relative paths start from
     * @param shown receives every example, before it is cut or left out
     * @throws LancetException if a file is damaged, a row has no prompt or answer, or nothing is left; the message names the
     *     row
     */
    public InstructionText read(Instructions instructions, Path directory, Progress progress, Consumer<Shown> shown) {
        ExampleWording wording = new ExampleWording(instructions.wording(), chat);
        ExampleEncoder encoder = new ExampleEncoder(tokenizer);
        Tally tally = new Tally(instructions.fit().cut());
        List<Path> paths = instructions.paths().stream().map(directory::resolve).toList();
        FieldRows.of(paths).each("read examples", progress, row -> {
            ExampleWording.Worded worded = wording.of(row);
            EncodedExample example = encoder.encode(worded.pieces(), !worded.whole());
            boolean ended = tokenizer.end().isPresent()
                    && example.id(example.size() - 1) == tokenizer.end().getAsInt();
            shown.accept(new Shown(row.where(), worded.pieces(), example, ended));
            tally.see(example);
        });
        return tally.text(instructions);
    }

    /** Collects examples that differ and fit. */
    private final class Tally {
        private final boolean cuts;
        private final List<Kept> kept = new ArrayList<>();
        private final Set<String> hashes = new HashSet<>();
        private int repeated;
        private int tooLong;
        private int cut;
        private int longest;

        Tally(boolean cuts) {
            this.cuts = cuts;
        }

        void see(EncodedExample example) {
            String hash = Sha256.of(example.toString());
            if (!hashes.add(hash)) {
                repeated++;
                return;
            }
            longest = Math.max(longest, example.size());
            if (example.places() <= places) {
                kept.add(new Kept(example, hash));
            } else if (cuts) {
                cut++;
                boolean begins = tokenizer.begin().isPresent()
                        && example.id(0) == tokenizer.begin().getAsInt();
                kept.add(new Kept(example.cut(places, begins ? 1 : 0), hash));
            } else {
                tooLong++;
            }
        }

        InstructionText text(Instructions instructions) {
            String name = instructions.name();
            if (kept.isEmpty()) {
                throw new LancetException("examples: " + name
                        + (tooLong == 0
                                ? " has no rows; name a file with examples"
                                : ": all " + tooLong + " are longer than a sequence of " + places
                                        + " tokens; raise --sequence, or cut them with --cut"));
            }
            Set<String> out = heldOut(instructions);
            List<EncodedExample> training = new ArrayList<>();
            List<EncodedExample> validation = new ArrayList<>();
            kept.forEach(it -> (out.contains(it.hash) ? validation : training).add(it.example));
            ExampleCounts counts = new ExampleCounts(
                    kept.size(),
                    validation.size(),
                    repeated,
                    tooLong,
                    cut,
                    kept.stream().mapToLong(it -> it.example.size()).sum(),
                    kept.stream().mapToLong(it -> it.example.answers()).sum(),
                    longest);
            return new InstructionText(
                    name,
                    tokenizer,
                    sequences(instructions, training, validation),
                    counts,
                    fingerprint(instructions, out));
        }

        private InstructionText.Sequences sequences(
                Instructions instructions, List<EncodedExample> training, List<EncodedExample> validation) {
            if (!instructions.fit().packed()) {
                int most =
                        kept.stream().mapToInt(it -> it.example.places()).max().orElseThrow();
                return new InstructionText.Sequences(
                        ExamplePacking.single(training), ExamplePacking.single(validation), most);
            }
            return new InstructionText.Sequences(
                    ExamplePacking.packed(training, places), ExamplePacking.packed(validation, places), places);
        }

        /** The hashes of the held-out examples. They depend on the seed and on each example, not on the order of the rows. */
        private Set<String> heldOut(Instructions instructions) {
            if (instructions.holdOut() == 0) {
                return Set.of();
            }
            if (kept.size() < 2) {
                throw new LancetException("examples: " + instructions.name()
                        + " has only one example, so none can be held out; add examples, or hold nothing out");
            }
            long wanted = Math.max(1, Math.min(kept.size() - 1, Math.round(kept.size() * instructions.holdOut())));
            return new HashSet<>(kept.stream()
                    .map(Kept::hash)
                    .sorted(Comparator.comparing((String hash) -> Sha256.of(instructions.seed() + " " + hash)))
                    .limit(wanted)
                    .toList());
        }

        private String fingerprint(Instructions instructions, Set<String> out) {
            MessageDigest digest = Sha256.digest();
            kept.forEach(
                    it -> digest.update((it.hash + (out.contains(it.hash) ? " held out " : " ") + it.example.size())
                            .getBytes(StandardCharsets.UTF_8)));
            return Sha256.of("examples 1 " + Sha256.text(digest.digest()) + " " + places + " " + instructions.fit()
                    + " " + tokenizer.fingerprint());
        }
    }
}
