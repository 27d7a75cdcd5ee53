package dev.lancet.surgery.golden;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads graphs out of files that surgery does not know, such as folders of declared models. Found by
 * {@link java.util.ServiceLoader}: {@code lancet-runtime} brings one.
 */
public interface GraphFileReader {

    /** The graph of what lies there, or empty if that is nothing of its kind. */
    Optional<GraphFile> read(Path path);
}
