package dev.lancet.runtime.text.bpe;

/** The four kinds of characters that GPT-2's pattern distinguishes. */
enum Letters {
    LETTER,
    NUMBER,
    SPACE,
    OTHER;

    private static final Letters[] LOW = new Letters[0x3000];

    static {
        for (int code = 0; code < LOW.length; code++) {
            LOW[code] = computed(code);
        }
    }

    static Letters of(int code) {
        return code < LOW.length ? LOW[code] : computed(code);
    }

    private static Letters computed(int code) {
        if (Character.isLetter(code)) {
            return LETTER;
        }
        switch (Character.getType(code)) {
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> {
                return NUMBER;
            }
            case Character.UNASSIGNED -> {
                return UnicodeSupplement.of(code);
            }
            default -> {
                return space(code) ? SPACE : OTHER;
            }
        }
    }

    /** Whether a character is White_Space in Unicode. Java's isWhitespace and isSpaceChar both differ from it. */
    private static boolean space(int code) {
        return (code >= 0x9 && code <= 0xd)
                || code == 0x85
                || Character.getType(code) == Character.SPACE_SEPARATOR
                || code == 0x2028
                || code == 0x2029;
    }
}
