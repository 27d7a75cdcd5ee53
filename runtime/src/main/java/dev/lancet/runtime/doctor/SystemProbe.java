package dev.lancet.runtime.doctor;

import dev.lancet.runtime.device.Cuda;
import dev.lancet.runtime.device.CudaLibrary;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.device.RegisteredDevice;
import dev.lancet.runtime.natives.TensorFlowLibrary;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;

/** Examines the machine once. */
final class SystemProbe {

    private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
    private static final String GPU_SYSTEM = "Linux amd64";
    private static final long ENOUGH = 2L << 30;

    private final Map<String, String> env;
    private final List<String> problems = new ArrayList<>();
    private final List<String> hints = new ArrayList<>();
    private String tensorflow = "";
    private List<RegisteredDevice> devices = List.of();

    SystemProbe(Map<String, String> env) {
        this.env = env;
    }

    DoctorReport health() {
        lookAtTensorFlow();
        boolean built = Cuda.built();
        boolean possible = !tensorflow.isEmpty() && GPU_SYSTEM.equals(system());
        List<CudaLibrary> cuda = possible ? Cuda.libraries() : List.of();
        String driver = possible ? Gpu.driverHere() : "";
        List<Gpu> cards = possible ? Gpu.all() : List.of();
        lookAtGpu(built, !cards.isEmpty());
        if (ToolProvider.getSystemJavaCompiler() == null) {
            problems.add("java: this is a JRE without a compiler, so .java recipes cannot run; install a JDK");
        }
        long memory = memory();
        if (memory > 0 && memory < ENOUGH) {
            problems.add("memory: " + (memory >> 20) + " MB; the quickstart needs " + (ENOUGH >> 20) + " MB");
        }
        String pages = chosenHugePages();
        lookAtHugePages(pages);
        return new DoctorReport(
                System.getProperty("java.version", "") + " (" + System.getProperty("java.vendor", "") + ")",
                system(),
                tensorflow,
                devices,
                Runtime.getRuntime().availableProcessors(),
                memory,
                Runtime.getRuntime().maxMemory(),
                built,
                cuda,
                driver,
                cards,
                pages,
                problems,
                hints);
    }

    private void lookAtTensorFlow() {
        try {
            tensorflow = TensorFlowLibrary.version();
            devices = RegisteredDevice.all();
        } catch (LinkageError | RuntimeException e) {
            problems.add("tensorflow: its native library does not load ("
                    + e.toString().lines().findFirst().orElse("")
                    + "); it needs Linux or Windows x86-64, or Linux or macOS ARM64, and unpacks 1 GB into ~/.javacpp");
        }
    }

    /** Missing GPU natives are a problem only if the machine has a GPU. */
    private void lookAtGpu(boolean built, boolean card) {
        if (tensorflow.isEmpty() || devices.stream().anyMatch(RegisteredDevice::gpu)) {
            return;
        }
        if (built) {
            problems.add("gpu: " + Device.whyNoGpu());
        } else if (card) {
            hints.add("gpu: this machine has a GPU, but " + Device.whyNoGpu());
        }
    }

    private static String system() {
        return System.getProperty("os.name", "") + " " + System.getProperty("os.arch", "");
    }

    private void lookAtHugePages(String chosen) {
        if (chosen.equals("never")) {
            hints.add("transparent huge pages are off; training is 3 to 11 % faster with them: echo madvise | sudo tee "
                    + HUGE_PAGES);
        } else if (!chosen.isEmpty() && !env.getOrDefault("GLIBC_TUNABLES", "").contains("hugetlb=1")) {
            hints.add("GLIBC_TUNABLES=glibc.malloc.hugetlb=1 is not set; training is 3 to 11 % faster with it, and the"
                    + " lancet launcher sets it");
        }
    }

    private static long memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 0;
    }

    /** The word in brackets, as in {@code always [madvise] never}. */
    private static String chosenHugePages() {
        try {
            String text = Files.exists(HUGE_PAGES) ? Files.readString(HUGE_PAGES) : "";
            int open = text.indexOf('[');
            return open < 0 ? "" : text.substring(open + 1, text.indexOf(']'));
        } catch (IOException e) {
            return "";
        }
    }
}
