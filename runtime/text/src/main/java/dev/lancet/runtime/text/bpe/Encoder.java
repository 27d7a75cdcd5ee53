package dev.lancet.runtime.text.bpe;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Turns text into ids. A name of a special token becomes its id; all other text is split into words. Within a word, the
 * earliest learnt merge is applied first, from left to right. Encoded words are cached. Several threads may use an
 * encoder.
 */
public final class Encoder {

    private static final int REMEMBERED = 1 << 17;
    private static final int LONGEST_REMEMBERED = 64;

    private final int[] ofByte = new int[Alphabet.SIZE];
    private final MergeTable merges;
    private final SpecialTokenFinder names;
    private final Map<String, int[]> known = new ConcurrentHashMap<>();

    /** An encoder for a vocabulary. */
    public Encoder(BytePairs vocabulary) {
        for (int id = 0; id < vocabulary.tokens().size(); id++) {
            byte[] token = vocabulary.tokens().get(id);
            if (token.length == 1 && !vocabulary.special().contains(id)) {
                ofByte[token[0] & 0xff] = id;
            }
        }
        merges = new MergeTable(vocabulary.merges());
        names = new SpecialTokenFinder(vocabulary);
    }

    /** The ids of a text, {@code [tokens]}. */
    public int[] encode(String text) {
        Row row = new Row(Math.max(16, text.length() / 3));
        int at = 0;
        Optional<SpecialTokenFinder.Found> found = names.first(text, 0);
        while (found.isPresent()) {
            words(text, at, found.get().from(), row);
            row.add(found.get().id());
            at = found.get().to();
            found = names.first(text, at);
        }
        words(text, at, text.length(), row);
        return row.ids();
    }

    private void words(String text, int from, int to, Row row) {
        Splitter.split(text, from, to, (begin, end) -> {
            String word = text.substring(begin, end);
            if (word.length() > LONGEST_REMEMBERED) {
                row.add(word(word));
                return;
            }
            int[] ids = known.get(word);
            if (ids == null) {
                ids = word(word);
                if (known.size() < REMEMBERED) {
                    known.put(word, ids);
                }
            }
            row.add(ids);
        });
    }

    private int[] word(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        int[] ids = new int[bytes.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = ofByte[bytes[i] & 0xff];
        }
        return ids.length <= LONGEST_REMEMBERED ? shortWord(ids) : new LongWordMerger(merges, ids).merged();
    }

    private int[] shortWord(int[] ids) {
        int size = ids.length;
        while (size > 1) {
            int best = MergeTable.NONE;
            int place = 0;
            for (int i = 0; i + 1 < size; i++) {
                int rank = merges.rank(ids[i], ids[i + 1]);
                if (rank < best) {
                    best = rank;
                    place = i;
                }
            }
            if (best == MergeTable.NONE) {
                break;
            }
            ids[place] = merges.whole(best);
            System.arraycopy(ids, place + 2, ids, place + 1, size - place - 2);
            size--;
        }
        return Arrays.copyOf(ids, size);
    }

    /** A growing array of ids. */
    private static final class Row {
        private int[] ids;
        private int size;

        Row(int capacity) {
            ids = new int[capacity];
        }

        void add(int... more) {
            if (size + more.length > ids.length) {
                ids = Arrays.copyOf(ids, Math.max(2 * ids.length, size + more.length));
            }
            System.arraycopy(more, 0, ids, size, more.length);
            size += more.length;
        }

        int[] ids() {
            return Arrays.copyOf(ids, size);
        }
    }
}
