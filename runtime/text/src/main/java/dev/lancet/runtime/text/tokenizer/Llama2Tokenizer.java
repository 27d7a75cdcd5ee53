package dev.lancet.runtime.text.tokenizer;

import dev.lancet.io.Sha256;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;

/**
 * The tokenizer of llama2.c (Karpathy, 2023, {@code run.c}: {@code encode}, {@code decode}). It puts a space before the
 * text and maps each character to its piece, or to its bytes if there is no such piece. Then it repeatedly joins the
 * two neighbours whose joined piece has the highest score, the leftmost of equals first, until no join is possible.
 */
final class Llama2Tokenizer implements Tokenizer {

    private static final int BEGIN = 1;
    private static final int END = 2;
    private static final int FIRST_BYTE = 3;

    private final Path file;
    private final String fingerprint;
    private final Llama2Vocabulary pieces;
    private final Map<String, Integer> ids = new HashMap<>();

    private Llama2Tokenizer(Path file, byte[] content) {
        this.file = file;
        this.fingerprint = Sha256.of(content);
        this.pieces = Llama2Vocabulary.parse(content, file);
        for (int id = 0; id < pieces.size(); id++) {
            ids.putIfAbsent(pieces.text(id), id);
        }
    }

    static Llama2Tokenizer read(Path file) {
        return new Llama2Tokenizer(file, BoundedFileReader.read(file, Llama2Vocabulary.LARGEST_FILE, "tokenizer"));
    }

    @Override
    public String name() {
        return String.valueOf(file.getFileName());
    }

    @Override
    public int vocabulary() {
        return pieces.size();
    }

    @Override
    public OptionalInt begin() {
        return OptionalInt.of(BEGIN);
    }

    @Override
    public OptionalInt end() {
        return OptionalInt.of(END);
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public Optional<Path> source() {
        return Optional.of(file);
    }

    @Override
    public int[] encode(String text, boolean special) {
        PieceMerges merges = new PieceMerges(pieces, ids, text.length() + 2);
        if (!text.isEmpty() && ids.containsKey(" ")) {
            merges.add(ids.get(" "));
        }
        text.codePoints().forEach(point -> addCharacter(point, merges));
        int[] merged = merges.run();
        if (!special) {
            return merged;
        }
        int[] all = new int[merged.length + 1];
        all[0] = BEGIN;
        System.arraycopy(merged, 0, all, 1, merged.length);
        return all;
    }

    private void addCharacter(int point, PieceMerges merges) {
        byte[] bytes = new String(Character.toChars(point)).getBytes(StandardCharsets.UTF_8);
        Integer id = ids.get(Llama2Vocabulary.text(bytes));
        if (id != null) {
            merges.add(id);
            return;
        }
        for (byte one : bytes) {
            merges.add((one & 0xff) + FIRST_BYTE);
        }
    }

    @Override
    public String decode(int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int previous = -1;
        for (int id : ids) {
            bytes.writeBytes(bytes(previous, id));
            previous = id;
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** The bytes of an id. After the begin token, the space that encoding added is removed again. */
    private byte[] bytes(int previous, int id) {
        TokenIdChecks.checkOne(id, this);
        if (id == BEGIN || id == END) {
            return new byte[0];
        }
        byte[] bytes = pieces.bytes(id);
        boolean dummy = previous == BEGIN && bytes.length > 0 && bytes[0] == ' ';
        return dummy ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }

    @Override
    public Streaming streaming() {
        return new ByteStreaming(new IntFunction<>() {
            private int previous = -1;

            @Override
            public byte[] apply(int id) {
                byte[] bytes = bytes(previous, id);
                previous = id;
                return bytes;
            }
        });
    }

    @Override
    public void close() {}
}
