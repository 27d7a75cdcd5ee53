package dev.lancet.dsl;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The most bytes that all stored arrays of a model may take together, including scales. */
public sealed interface Budget {

    /** The most bytes for a model that takes {@code dense} bytes as dense float32. */
    long of(long dense);

    /**
     * A limit in bytes.
     *
     * @param bytes at least 1
     */
    record Bytes(long bytes) implements Budget {

        public Bytes {
            Check.that(bytes > 0, "budget: %d bytes; it must be at least 1", bytes);
        }

        @Override
        public long of(long dense) {
            return bytes;
        }

        /** The limit in the largest unit that divides it, so that {@link Budget#parse} reads back the same value. */
        @Override
        public String toString() {
            return Text.UNITS.entrySet().stream()
                    .filter(unit -> bytes % unit.getValue() == 0)
                    .max(Map.Entry.comparingByValue())
                    .map(unit -> bytes / unit.getValue() + unit.getKey())
                    .orElseThrow();
        }
    }

    /**
     * A limit relative to the dense float32 model.
     *
     * @param factor how many times smaller the model must be, at least 1
     */
    record Times(double factor) implements Budget {

        public Times {
            Check.that(
                    factor >= 1 && Double.isFinite(factor),
                    "budget: %sx; it says how many times smaller the model must be, so choose at least 1",
                    factor);
        }

        @Override
        public long of(long dense) {
            return (long) (dense / factor);
        }

        @Override
        public String toString() {
            return BigDecimal.valueOf(factor).stripTrailingZeros().toPlainString() + "x";
        }
    }

    /**
     * A limit for the mean number of bits that a parameter takes: {@code 8 · bytes / parameters}. All stored arrays count as
     * bytes, with scales, zero points, corrections, norms and biases. The parameters are those of the original model, so a
     * lower rank does not lower their number.
     *
     * @param bits more than 0, at most the 32 of float32
     */
    record BitsPerWeight(double bits) implements Budget {

        public BitsPerWeight {
            Check.that(
                    bits > 0 && bits <= Float.SIZE,
                    "budget: %s bits per weight; it must be more than 0 and at most the 32 of float32",
                    bits);
        }

        @Override
        public long of(long dense) {
            return (long) (dense * (bits / Float.SIZE));
        }

        @Override
        public String toString() {
            return BigDecimal.valueOf(bits).stripTrailingZeros().toPlainString() + "bpw";
        }
    }

    /**
     * Parses a text such as {@code 600MB}, {@code 1.5GB}, {@code 590MiB}, {@code 2.64x} or {@code 4.5bpw} (bits per weight).
     * Fractions of a byte are dropped.
     *
     * @throws IllegalArgumentException if the text is neither a number of bytes, nor a factor, nor a number of bits
     */
    static Budget parse(String text) {
        Matcher parts = Text.FORM.matcher(text.strip());
        Check.that(
                parts.matches(),
                "budget: '%s'; write bytes with a unit, how many times smaller, or bits per weight, for example 600MB, 590MiB,"
                        + " 2.64x or 4.5bpw",
                text);
        String unit = parts.group(2);
        BigDecimal number = new BigDecimal(parts.group(1));
        if (unit.equalsIgnoreCase("x")) {
            return new Times(number.doubleValue());
        }
        if (unit.equalsIgnoreCase("bpw")) {
            return new BitsPerWeight(number.doubleValue());
        }
        BigDecimal bytes = number.multiply(BigDecimal.valueOf(Text.size(unit))).setScale(0, RoundingMode.DOWN);
        Check.that(
                bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0,
                "budget: %s is larger than any" + " model; choose a smaller one",
                text);
        return new Bytes(bytes.longValue());
    }

    /** The written form. */
    final class Text {
        private static final Map<String, Long> UNITS = new LinkedHashMap<>();
        private static final Pattern FORM = Pattern.compile(
                "(\\d{1,30}(?:\\.\\d{1,30})?) ?(x|bpw|B|kB|MB|GB|KiB|MiB|GiB)", Pattern.CASE_INSENSITIVE);

        static {
            UNITS.put("B", 1L);
            UNITS.put("kB", 1_000L);
            UNITS.put("KiB", 1L << 10);
            UNITS.put("MB", 1_000_000L);
            UNITS.put("MiB", 1L << 20);
            UNITS.put("GB", 1_000_000_000L);
            UNITS.put("GiB", 1L << 30);
        }

        private Text() {}

        private static long size(String wanted) {
            return UNITS.entrySet().stream()
                    .filter(unit -> unit.getKey().toLowerCase(Locale.ROOT).equals(wanted.toLowerCase(Locale.ROOT)))
                    .mapToLong(Map.Entry::getValue)
                    .findFirst()
                    .orElseThrow();
        }
    }
}
