package dev.lancet.runtime.device;

import dev.lancet.runtime.natives.TensorFlowLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;

/** The libraries that TensorFlow 2.18 opens by name before it registers a GPU; if one is missing, it registers none. */
public final class Cuda {

    private static final String NATIVES = "/org/tensorflow/internal/c_api/linux-x86_64-gpu/libjnitensorflow.so";
    private static final Path MAPPED = Path.of("/proc/self/maps");

    /** Each library with the package of NVIDIA's Ubuntu repository that contains it. */
    private static final Map<String, String> PACKAGES = packages();

    private Cuda() {}

    private static Map<String, String> packages() {
        Map<String, String> packages = new LinkedHashMap<>();
        packages.put("libcuda.so.1", "the NVIDIA driver, as nvidia-driver-570-server");
        packages.put("libcudart.so.12", "cuda-cudart-12-5");
        packages.put("libcublas.so.12", "libcublas-12-5");
        packages.put("libcublasLt.so.12", "libcublas-12-5");
        packages.put("libcudnn.so.9", "libcudnn9-cuda-12");
        packages.put("libcufft.so.11", "libcufft-12-5");
        packages.put("libcusolver.so.11", "libcusolver-12-5");
        packages.put("libcusparse.so.12", "libcusparse-12-5");
        return packages;
    }

    /** Whether TensorFlow's GPU natives are on the class path. */
    public static boolean built() {
        return Cuda.class.getResource(NATIVES) != null;
    }

    /** Opens each library by its name, as TensorFlow does: with the same search, and with the system's own error. */
    public static List<CudaLibrary> libraries() {
        return libraries(Cuda::open, Cuda::mapped);
    }

    /**
     * The result of opening each library with these functions.
     *
     * @param open the reason why a library of this name cannot be opened; empty if it was opened
     * @param file the file of an opened library
     */
    static List<CudaLibrary> libraries(
            Function<String, Optional<String>> open, Function<String, Optional<String>> file) {
        return PACKAGES.entrySet().stream()
                .map(each -> library(each.getKey(), each.getValue(), open, file))
                .toList();
    }

    static CudaLibrary library(String name, String from) {
        return library(name, from, Cuda::open, Cuda::mapped);
    }

    private static CudaLibrary library(
            String name,
            String from,
            Function<String, Optional<String>> open,
            Function<String, Optional<String>> file) {
        Optional<String> trouble = open.apply(name);
        return new CudaLibrary(name, from, trouble.isEmpty() ? file.apply(name) : Optional.empty(), trouble);
    }

    private static Optional<String> open(String library) {
        // Loads the natives that contain the next call.
        TensorFlowLibrary.load();
        try {
            Loader.loadGlobal(library);
            return Optional.empty();
        } catch (UnsatisfiedLinkError e) {
            return Optional.of(String.valueOf(e.getMessage()).replaceAll("\\R", " "));
        }
    }

    /** The file of a library, from the memory map of this process. */
    private static Optional<String> mapped(String library) {
        if (!Files.isReadable(MAPPED)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(MAPPED)) {
            return lines.map(line -> line.replaceFirst("^[^/]*", ""))
                    .filter(file -> file.substring(file.lastIndexOf('/') + 1).startsWith(library))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
