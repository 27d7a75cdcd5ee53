package dev.lancet.surgery.golden;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads graphs from files that this module does not know, such as folders of declared models. Found by {@link
 * java.util.ServiceLoader}; {@code lancet-runtime} provides one.
 */
public interface GraphFileReader {

    /** The graph at this path, or empty if the path is not of the kind that this reader knows. */
    Optional<GraphFile> read(Path path);
}
