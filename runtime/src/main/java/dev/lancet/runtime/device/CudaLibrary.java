package dev.lancet.runtime.device;

import java.util.Optional;

/**
 * A library that TensorFlow opens by its name before it registers a GPU, and what came of opening it here.
 *
 * @param name for example {@code libcudnn.so.9}
 * @param from the Ubuntu package that has it
 * @param file the file that was opened, empty if none was or the system does not say
 * @param trouble the system's reason why it could not be opened, empty if it could
 */
public record CudaLibrary(String name, String from, Optional<String> file, Optional<String> trouble) {

    /** Whether it was opened. */
    public boolean found() {
        return trouble.isEmpty();
    }
}
