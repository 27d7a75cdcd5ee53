package dev.lancet.runtime.text;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.io.Sha256;
import dev.lancet.runtime.text.source.Document;
import dev.lancet.runtime.text.source.Documents;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Reads documents once to find repeated ones and to choose the held-out ones. It keeps one hash per text. The seed and
 * the hashes determine the order in which documents are held out. So neither the order of the files nor an added
 * document changes the order of the others.
 */
final class DocumentSplit implements SplitCorpus {

    /** The first half of a SHA-256, and how many characters a document has. */
    private record Seen(int place, long high, long low, int length) {}

    /** The key that two equal documents share. */
    private record Key(long high, long low) {}

    private final Documents documents;
    private final BitSet repeated = new BitSet();
    private final BitSet heldOut = new BitSet();
    private final List<Seen> kept = new ArrayList<>();
    private final MessageDigest digest = Sha256.digest();
    private int count;

    private DocumentSplit(Documents documents) {
        this.documents = documents;
    }

    static DocumentSplit of(Documents documents, String name, double holdOut, long seed, Progress progress) {
        DocumentSplit survey = new DocumentSplit(documents);
        Set<Key> keys = new HashSet<>();
        documents.each("read corpus", progress, document -> survey.see(document, keys));
        if (survey.kept.isEmpty()) {
            throw new LancetException("corpus: " + name + " contains no text; name a file or folder with text");
        }
        if (holdOut > 0) {
            survey.holdOut(name, holdOut, seed);
        }
        return survey;
    }

    private void see(Document document, Set<Key> keys) {
        ByteBuffer hash = ByteBuffer.wrap(digest.digest(document.text().getBytes(StandardCharsets.UTF_8)));
        Seen seen = new Seen(
                count++, hash.getLong(), hash.getLong(), document.text().length());
        if (keys.add(new Key(seen.high, seen.low))) {
            kept.add(seen);
        } else {
            repeated.set(seen.place);
        }
    }

    private void holdOut(String name, double share, long seed) {
        if (kept.size() < 2) {
            throw new LancetException("corpus: " + name
                    + " has only one document, so no document can be held out; add documents, or name one plain"
                    + " text file,"
                    + " of which the end can be held out");
        }
        long all = kept.stream().mapToLong(Seen::length).sum();
        long wanted = Math.round(all * share);
        List<Seen> drawn = kept.stream()
                .sorted(Comparator.comparingLong((Seen seen) -> mixed(seen.high ^ mixed(seed)))
                        .thenComparingLong(Seen::low))
                .toList();
        long taken = 0;
        for (Seen seen : drawn) {
            // Skip a document that would move the held-out share further away from the wanted share.
            if (taken + seen.length / 2 <= wanted && heldOut.cardinality() + 1 < kept.size()) {
                heldOut.set(seen.place);
                taken += seen.length;
            }
        }
        if (heldOut.isEmpty()) {
            kept.stream().min(Comparator.comparingInt(Seen::length)).ifPresent(seen -> heldOut.set(seen.place));
        }
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood, 2014). */
    private static long mixed(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** Reads all files again. */
    @Override
    public void each(String what, Progress progress, BiConsumer<String, Boolean> taker) {
        int[] place = {0};
        documents.each(what, progress, document -> {
            int here = place[0]++;
            if (!repeated.get(here)) {
                taker.accept(document.text(), heldOut.get(here));
            }
        });
        if (place[0] != count) {
            throw new LancetException("corpus: had " + count + " documents before and has " + place[0]
                    + " now; do not change its files while they are read");
        }
    }

    @Override
    public int documents() {
        return kept.size();
    }

    @Override
    public int repeated() {
        return repeated.cardinality();
    }

    @Override
    public int heldOut() {
        return heldOut.cardinality();
    }

    @Override
    public String fingerprint(boolean trainingOnly) {
        StringBuilder all = new StringBuilder();
        for (Seen seen : kept) {
            boolean held = heldOut.get(seen.place);
            if (!(held && trainingOnly)) {
                all.append(Long.toHexString(seen.high))
                        .append(' ')
                        .append(Long.toHexString(seen.low))
                        .append(held ? " held out\n" : "\n");
            }
        }
        return Sha256.of(all.toString());
    }
}
