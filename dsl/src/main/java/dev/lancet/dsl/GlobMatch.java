package dev.lancet.dsl;

/** Matches names against globs. The time grows with the product of both lengths at most, whatever the glob. */
final class GlobMatch {

    private GlobMatch() {}

    /** Whether the whole text matches: {@code *} is any run of characters, {@code ?} any one. */
    static boolean matches(String glob, String text) {
        int at = 0;
        int star = -1;
        int tried = 0;
        int position = 0;
        while (position < text.length()) {
            char expected = at < glob.length() ? glob.charAt(at) : '\0';
            if (at < glob.length() && expected == '*') {
                star = at++;
                tried = position;
            } else if (at < glob.length() && (expected == '?' || expected == text.charAt(position))) {
                at++;
                position++;
            } else if (star >= 0) {
                at = star + 1;
                position = ++tried;
            } else {
                return false;
            }
        }
        while (at < glob.length() && glob.charAt(at) == '*') {
            at++;
        }
        return at == glob.length();
    }
}
