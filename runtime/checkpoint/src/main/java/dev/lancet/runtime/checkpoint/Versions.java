package dev.lancet.runtime.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The versions that a manifest records. They are read from the jars, which needs no native library. */
public final class Versions {

    private static final String UNPACKED = "unpacked";
    private static final String TENSORFLOW = "/META-INF/maven/org.tensorflow/tensorflow-core-api/pom.properties";

    private Versions() {}

    /** The version of Lancet, or "unpacked" if it does not run from a jar. */
    public static String lancet() {
        String version = Versions.class.getPackage().getImplementationVersion();
        return version == null ? UNPACKED : version;
    }

    static String tensorflow() {
        try (InputStream stream = Versions.class.getResourceAsStream(TENSORFLOW)) {
            if (stream == null) {
                return UNPACKED;
            }
            Properties properties = new Properties();
            properties.load(stream);
            return properties.getProperty("version", UNPACKED);
        } catch (IOException wrong) {
            return UNPACKED;
        }
    }
}
