package dev.lancet.tests.fuzz;

/**
 * How a case ended.
 *
 * @param millis of processor time
 * @param bytes that were allocated, whether they were still needed or not
 * @param verdict in words; what must not be begins with capitals
 */
record Outcome(long millis, long bytes, String verdict) {

    /** Whether it ended as it must: opened, or refused in one line that names the file. */
    boolean sound() {
        return Character.isLowerCase(verdict.charAt(0));
    }

    boolean opened() {
        return verdict.equals("opened");
    }

    /** What is wrong, without what differs from case to case. */
    String fault() {
        int colon = verdict.indexOf(": ");
        return colon < 0 ? verdict : verdict.substring(0, colon);
    }

    static Outcome parse(String line) {
        String[] words = line.split(" ", 3);
        return new Outcome(Long.parseLong(words[0]), Long.parseLong(words[1]), words[2]);
    }

    @Override
    public String toString() {
        return millis + " " + bytes + " " + verdict.replaceAll("\\R", "⏎");
    }
}
