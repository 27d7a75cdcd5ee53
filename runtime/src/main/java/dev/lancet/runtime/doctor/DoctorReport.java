package dev.lancet.runtime.doctor;

import dev.lancet.runtime.device.CudaLibrary;
import dev.lancet.runtime.device.RegisteredDevice;
import java.util.List;
import java.util.Map;

/**
 * What was found on this machine.
 *
 * @param java version of the running Java
 * @param os operating system and architecture
 * @param tensorflow version of TensorFlow, empty where its native library does not load
 * @param devices what TensorFlow can compute on
 * @param processors cores that this process may use
 * @param memory bytes of physical memory, 0 where unknown
 * @param heap bytes that Java may take of it
 * @param gpuBuilt whether TensorFlow's GPU library is on the class path
 * @param cuda the libraries that it opens before it registers a GPU; none on systems that it has no GPU library for
 * @param driver version of NVIDIA's driver, empty where there is none
 * @param cards what the driver says of each card
 * @param hugePages {@code always}, {@code madvise}, {@code never}, or empty where there is no such thing
 * @param problems what is wrong, each with what to do
 * @param hints what would make it faster
 */
public record DoctorReport(
        String java,
        String os,
        String tensorflow,
        List<RegisteredDevice> devices,
        int processors,
        long memory,
        long heap,
        boolean gpuBuilt,
        List<CudaLibrary> cuda,
        String driver,
        List<Gpu> cards,
        String hugePages,
        List<String> problems,
        List<String> hints) {

    public DoctorReport {
        devices = List.copyOf(devices);
        cuda = List.copyOf(cuda);
        cards = List.copyOf(cards);
        problems = List.copyOf(problems);
        hints = List.copyOf(hints);
    }

    /** Looks. Loads TensorFlow's native library, which takes seconds the first time. */
    public static DoctorReport examine(Map<String, String> env) {
        return new SystemProbe(env).health();
    }

    /** Whether TensorFlow sees a GPU. */
    public boolean gpu() {
        return devices.stream().anyMatch(RegisteredDevice::gpu);
    }
}
