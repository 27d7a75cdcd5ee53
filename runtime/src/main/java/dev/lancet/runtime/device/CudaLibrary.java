package dev.lancet.runtime.device;

import java.util.Optional;

/**
 * A library that TensorFlow opens by name before it registers a GPU, and the result of opening it here.
 *
 * @param name the name, such as {@code libcudnn.so.9}
 * @param from the Ubuntu package that contains it
 * @param file the opened file; empty if none was opened or the system does not report it
 * @param trouble the system's reason why it could not be opened; empty if it was opened
 */
public record CudaLibrary(String name, String from, Optional<String> file, Optional<String> trouble) {

    /** Whether it was opened. */
    public boolean found() {
        return trouble.isEmpty();
    }
}
