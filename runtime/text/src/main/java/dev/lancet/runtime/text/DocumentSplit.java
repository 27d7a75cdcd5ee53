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
 * What a first reading of documents finds out: which of them were there before, and which are held out. Of the texts it
 * keeps a hash each. Documents are held out in an order that follows from the seed and their hashes, so neither the order of
 * the files nor a document that is added changes which of the others may come first.
 */
final class DocumentSplit implements SplitCorpus {

    /** The first half of a SHA-256, and how many characters a document has. */
    private record Seen(int place, long high, long low, int length) {}

    /** What two equal documents share. */
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
            throw new LancetException("corpus: " + name + " holds no text; an empty corpus teaches nothing");
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
                    + " holds one document only; with two or more, some can be held out, or name one plain text file,"
                    + " whose end can");
        }
        long all = kept.stream().mapToLong(Seen::length).sum();
        long wanted = Math.round(all * share);
        List<Seen> drawn = kept.stream()
                .sorted(Comparator.comparingLong((Seen seen) -> mixed(seen.high ^ mixed(seed)))
                        .thenComparingLong(Seen::low))
                .toList();
        long taken = 0;
        for (Seen seen : drawn) {
            // One that leads further away from the share than it leads towards it is passed over.
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
            throw new LancetException("corpus: it had " + count + " documents and has " + place[0]
                    + " now; leave its files alone while it is read");
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
