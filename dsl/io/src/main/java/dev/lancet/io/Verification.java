package dev.lancet.io;

/**
 * Whether checksums are compared when files are read. They are, unless the environment variable {@code LANCET_VERIFY} is
 * {@code 0} or the system property {@code lancet.verify} is {@code false}.
 */
public final class Verification {

    private Verification() {}

    /** Whether checksums are compared. */
    public static boolean wanted() {
        return !"0".equals(System.getenv("LANCET_VERIFY")) && !"false".equals(System.getProperty("lancet.verify"));
    }
}
