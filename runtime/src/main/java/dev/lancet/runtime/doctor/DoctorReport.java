package dev.lancet.runtime.doctor;

import dev.lancet.runtime.device.CudaLibrary;
import dev.lancet.runtime.device.RegisteredDevice;
import java.util.List;
import java.util.Map;

/**
 * The findings about this machine.
 *
 * @param java version of the running Java
 * @param os operating system and architecture
 * @param tensorflow version of TensorFlow, empty if its native library does not load
 * @param devices the devices that TensorFlow can compute on
 * @param processors cores that this process may use
 * @param memory bytes of physical memory, 0 where unknown
 * @param heap the largest heap of Java in bytes
 * @param gpuBuilt whether TensorFlow's GPU library is on the class path
 * @param cuda the libraries that TensorFlow opens before it registers a GPU; empty on systems without GPU support
 * @param driver version of NVIDIA's driver, empty if there is none
 * @param cards what the driver reports about each GPU
 * @param hugePages {@code always}, {@code madvise}, {@code never}, or empty if the system has no such setting
 * @param problems the problems, each with its solution
 * @param hints ways to make it faster
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

    /** Examines the machine. Loads TensorFlow's native library, which takes seconds the first time. */
    public static DoctorReport examine(Map<String, String> env) {
        return new SystemProbe(env).health();
    }

    /** Whether TensorFlow sees a GPU. */
    public boolean gpu() {
        return devices.stream().anyMatch(RegisteredDevice::gpu);
    }
}
