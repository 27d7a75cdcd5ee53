package dev.lancet.runtime.device;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The reason why TensorFlow registers no GPU.
 *
 * @param built whether its GPU natives are on the class path
 * @param system operating system and architecture
 * @param libraries the results of opening the needed libraries; not tried without the natives
 * @param visible {@code CUDA_VISIBLE_DEVICES}, empty if it is not set
 */
record MissingGpu(boolean built, String system, List<CudaLibrary> libraries, Optional<String> visible) {

    private static final String MORE = " (docs/guide/gpu.md)";

    static MissingGpu here() {
        boolean built = Cuda.built();
        return new MissingGpu(
                built,
                System.getProperty("os.name", "") + " " + System.getProperty("os.arch", ""),
                built ? Cuda.libraries() : List.of(),
                Optional.ofNullable(System.getenv("CUDA_VISIBLE_DEVICES")));
    }

    /** The reason and the way out, in one line. */
    String reason() {
        if (!system.equals("Linux amd64")) {
            return "TensorFlow Java has GPU natives only for Linux x86-64, and this is " + system + "; use cpu or auto";
        }
        if (!built) {
            return "TensorFlow's CPU natives are on the class path, not its GPU natives; set LANCET_GPU=1 for ./lancet,"
                    + " build with -Pgpu, or depend on org.tensorflow:tensorflow-core-native:1.1.0:linux-x86_64-gpu"
                    + MORE;
        }
        List<CudaLibrary> missing =
                libraries.stream().filter(library -> !library.found()).toList();
        if (!missing.isEmpty()) {
            return "TensorFlow registers no GPU because "
                    + missing.stream().map(CudaLibrary::name).collect(Collectors.joining(", "))
                    + " cannot be opened (" + missing.get(0).trouble().orElse("") + "); install "
                    + missing.stream().map(CudaLibrary::from).distinct().collect(Collectors.joining(", "))
                    + ", or add the folder to LD_LIBRARY_PATH" + MORE;
        }
        if (visible.isPresent()) {
            return "TensorFlow registers no GPU; its CUDA libraries all open, but CUDA_VISIBLE_DEVICES is '"
                    + visible.get() + "'; unset it, or let nvidia-smi say whether the card is there" + MORE;
        }
        return "TensorFlow registers no GPU; its CUDA libraries all open, so it is the card or its driver: nvidia-smi"
                + " says more, and so does TF_CPP_MIN_LOG_LEVEL=0" + MORE;
    }
}
