package dev.lancet.runtime.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MissingGpuTest {

    private static final String LINUX = "Linux amd64";

    @Test
    void the_libraries_that_cannot_be_opened_are_named_with_the_reason_and_the_package() {
        List<CudaLibrary> libraries = Cuda.libraries(
                name -> name.startsWith("libcudnn") || name.startsWith("libcublas")
                        ? Optional.of(name + ": cannot open shared object file")
                        : Optional.empty(),
                name -> Optional.of("/usr/lib/" + name));

        assertThat(reason(libraries, Optional.empty()))
                .isEqualTo(
                        "TensorFlow registers no GPU because libcublas.so.12, libcublasLt.so.12, libcudnn.so.9 cannot be"
                                + " opened (libcublas.so.12: cannot open shared object file); install libcublas-12-5,"
                                + " libcudnn9-cuda-12, or add the folder to LD_LIBRARY_PATH (docs/guide/gpu.md)");
    }

    @Test
    void where_all_of_them_open_it_is_the_card_or_its_driver_or_that_it_is_hidden() {
        List<CudaLibrary> libraries = Cuda.libraries(name -> Optional.empty(), name -> Optional.empty());

        assertThat(reason(libraries, Optional.empty())).contains("libraries all open", "nvidia-smi");
        assertThat(reason(libraries, Optional.of("-1"))).contains("CUDA_VISIBLE_DEVICES is '-1'; unset it");
    }

    @Test
    void without_the_natives_the_ways_to_get_them_are_told() {
        assertThat(new MissingGpu(false, LINUX, List.of(), Optional.empty()).reason())
                .contains("CPU natives", "LANCET_GPU=1", "-Pgpu", "tensorflow-core-native:1.1.0:linux-x86_64-gpu");
        assertThat(new MissingGpu(false, "Mac OS X aarch64", List.of(), Optional.empty()).reason())
                .contains("this is Mac OS X aarch64", "use cpu or auto");
    }

    @Test
    void a_library_that_is_nowhere_is_missing_with_the_words_of_the_system() {
        CudaLibrary missing = Cuda.library("libnowhere.so.7", "nothing");

        assertThat(missing.found()).isFalse();
        assertThat(missing.trouble().orElseThrow()).contains("libnowhere.so.7");
        assertThat(missing.file()).isEmpty();
    }

    private static String reason(List<CudaLibrary> libraries, Optional<String> visible) {
        return new MissingGpu(true, LINUX, libraries, visible).reason();
    }
}
