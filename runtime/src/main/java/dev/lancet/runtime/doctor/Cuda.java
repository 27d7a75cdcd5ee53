package dev.lancet.runtime.doctor;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The libraries that TensorFlow opens by name before it registers a GPU; without one of them it sees none. */
final class Cuda {

    static final List<String> LIBRARIES = List.of(
            "libcuda.so.1",
            "libcudart.so.12",
            "libcublas.so.12",
            "libcublasLt.so.12",
            "libcudnn.so.9",
            "libcufft.so.11",
            "libcusolver.so.11",
            "libcusparse.so.12");

    private static final String NATIVES = "/org/tensorflow/internal/c_api/linux-x86_64-gpu/libjnitensorflow.so";

    private static final List<String> USUAL = List.of(
            "/lib64",
            "/usr/lib64",
            "/lib/x86_64-linux-gnu",
            "/usr/lib/x86_64-linux-gnu",
            "/usr/lib/wsl/lib",
            "/usr/local/cuda/lib64");

    private Cuda() {}

    /** Whether TensorFlow's GPU library is on the class path at all. */
    static boolean built() {
        return Cuda.class.getResource(NATIVES) != null;
    }

    /** Those of the libraries that the system's linker would find. */
    static List<String> found(Map<String, String> env) {
        Set<String> known = cached();
        List<String> folders =
                new ArrayList<>(List.of(env.getOrDefault("LD_LIBRARY_PATH", "").split(":", -1)));
        folders.removeIf(String::isEmpty);
        folders.addAll(USUAL);
        return LIBRARIES.stream()
                .filter(library -> known.contains(library)
                        || folders.stream().anyMatch(folder -> Files.exists(Path.of(folder, library))))
                .toList();
    }

    /** What stands in the linker's cache. */
    private static Set<String> cached() {
        Set<String> names = new HashSet<>();
        for (String program : List.of("/sbin/ldconfig", "/usr/sbin/ldconfig")) {
            if (!Files.isExecutable(Path.of(program))) {
                continue;
            }
            try {
                Process process = new ProcessBuilder(program, "-p")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                try (BufferedReader lines = process.inputReader();
                        Stream<String> text = lines.lines()) {
                    text.map(line -> line.strip().replaceAll(" .*", "")).forEach(names::add);
                }
                return names;
            } catch (IOException e) {
                // No cache to read: the folders are looked at all the same.
                return names;
            }
        }
        return names;
    }
}
