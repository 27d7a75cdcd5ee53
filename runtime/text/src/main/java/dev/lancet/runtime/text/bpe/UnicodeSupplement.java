package dev.lancet.runtime.text.bpe;

import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The letters and digits that Unicode added after version 13, up to version 16. Java 17 knows only version 13. With
 * this supplement a text is split into the same words on every Java, and into the words of Hugging Face's library.
 */
final class UnicodeSupplement {

    private static final String LETTERS = """
            870-887 889-88e 8b5 8c8-8c9 c5d cdd 170d 171f 1b4c 1c89-1c8a 2c2f 2c5f 9ffd-9fff a7c0-a7c1 a7cb-a7cd
            a7d0-a7d1 a7d3 a7d5-a7dc a7f2-a7f4 10570-1057a 1057c-1058a 1058c-10592 10594-10595 10597-105a1
            105a3-105b1 105b3-105b9 105bb-105bc 105c0-105f3 10780-10785 10787-107b0 107b2-107ba 10d4a-10d65 10d6f-10d85
            10ec2-10ec4 10f70-10f81 11071-11072 11075 1123f-11240 11380-11389 1138b 1138e 11390-113b5 113b7
            113d1 113d3 11740-11746 11ab0-11abf 11bc0-11be0 11f02 11f04-11f10 11f12-11f33 12f90-12ff0 1342f
            13441-13446 13460-143fa 16100-1611d 16a70-16abe 16d40-16d6c 18cff 1aff0-1aff3 1aff5-1affb
            1affd-1affe 1b11f-1b122 1b132 1b155 1df00-1df1e 1df25-1df2a 1e030-1e06d 1e290-1e2ad 1e4d0-1e4eb
            1e5d0-1e5ed 1e5f0 1e7e0-1e7e6 1e7e8-1e7eb 1e7ed-1e7ee 1e7f0-1e7fe 2a6de-2a6df 2b735-2b739
            2ebf0-2ee5d 31350-323af
            """;

    private static final String NUMBERS = """
            10d40-10d49 116d0-116e3 11bf0-11bf9 11f50-11f59 16130-16139 16ac0-16ac9 16d70-16d79 1ccf0-1ccf9
            1d2c0-1d2d3 1e4f0-1e4f9 1e5f1-1e5fa
            """;

    private static final NavigableMap<Integer, Range> RANGES = ranges();

    private record Range(int last, Letters kind) {}

    private UnicodeSupplement() {}

    private static NavigableMap<Integer, Range> ranges() {
        NavigableMap<Integer, Range> ranges = new TreeMap<>();
        add(LETTERS, Letters.LETTER, ranges);
        add(NUMBERS, Letters.NUMBER, ranges);
        return Collections.unmodifiableNavigableMap(ranges);
    }

    private static void add(String text, Letters kind, Map<Integer, Range> ranges) {
        for (String range : text.strip().split("\\s+", -1)) {
            String[] ends = range.split("-", -1);
            ranges.put(Integer.parseInt(ends[0], 16), new Range(Integer.parseInt(ends[ends.length - 1], 16), kind));
        }
    }

    /** The kind of a character that this Java may not know. */
    static Letters of(int code) {
        Map.Entry<Integer, Range> range = RANGES.floorEntry(code);
        return range != null && code <= range.getValue().last()
                ? range.getValue().kind()
                : Letters.OTHER;
    }
}
