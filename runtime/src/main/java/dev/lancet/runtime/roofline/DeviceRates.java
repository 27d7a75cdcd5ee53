package dev.lancet.runtime.roofline;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.json.ConfigJson;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a device and its network can do at most, or, if it was measured, what they do.
 *
 * @param name the device
 * @param memory bytes of memory; 0 if unknown
 * @param memoryBandwidth bytes per second between memory and arithmetic
 * @param float32 floating-point operations per second of products of float32 matrices; on NVIDIA GPUs in TF32, as Lancet
 *     computes there
 * @param bfloat16 the same in bfloat16 or float16
 * @param near bytes per second that a device sends to another in its machine, in one direction
 * @param far bytes per second that a device sends to another machine, in one direction
 * @param latency seconds of a message
 * @param measured whether the rates were measured by {@code lancet bench cluster}. The rates of the network then contain
 *     what the backward pass hides.
 */
public record DeviceRates(
        String name,
        long memory,
        double memoryBandwidth,
        double float32,
        double bfloat16,
        double near,
        double far,
        double latency,
        boolean measured) {

    /** The name of devices whose rates are measured. */
    public static final String CPU = "cpu";

    /** The keys of measured rates in the JSON of {@code lancet bench cluster}. */
    public static final String FLOPS = "flops_per_s";

    public static final String MEMORY_BANDWIDTH = "memory_bytes_per_s";
    public static final String NETWORK_BANDWIDTH = "network_bytes_per_s";

    private static final double TERA = 1e12;
    private static final double GIGA = 1e9;

    /** An assumption, not a datum: what a call of gRPC between two machines takes at least. */
    private static final double CALL = 50e-6;

    /**
     * Data sheets of NVIDIA, for the SXM modules. Tensor cores without sparsity: half of the figure that the sheets give
     * with it. NVLink: half of the figure for both directions. Between machines: one network card for each GPU, as in the
     * DGX machines (H100 and H200: ConnectX-7 with 400 Gbit/s; A100: ConnectX-6 with 200 Gbit/s). L4: PCIe 4.0 with 16
     * lanes inside the machine, and Ethernet with 100 Gbit/s between machines, which is an assumption.
     */
    private static final List<DeviceRates> TABLE = List.of(
            gpu("a100", 80, 2039, new double[] {156, 312}, new double[] {300, 25}),
            gpu("h100", 80, 3350, new double[] {494.7, 989.4}, new double[] {450, 50}),
            gpu("h200", 141, 4800, new double[] {494.7, 989.4}, new double[] {450, 50}),
            gpu("l4", 24, 300, new double[] {60, 121}, new double[] {32, 12.5}));

    private static DeviceRates gpu(
            String name, int gigabytes, double bandwidth, double[] teraflops, double[] gigabytesSent) {
        return new DeviceRates(
                name,
                Math.round(gigabytes * GIGA),
                bandwidth * GIGA,
                teraflops[0] * TERA,
                teraflops[1] * TERA,
                gigabytesSent[0] * GIGA,
                gigabytesSent[1] * GIGA,
                CALL,
                false);
    }

    /** The devices of the table. */
    public static List<DeviceRates> table() {
        return TABLE;
    }

    /**
     * The device of this name.
     *
     * @throws LancetException if the table has none
     */
    static DeviceRates named(String name) {
        return TABLE.stream()
                .filter(device -> device.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new LancetException("cluster: no rates of the device '" + name + "'; known are "
                        + TABLE.stream().map(DeviceRates::name).collect(Collectors.joining(", "))
                        + ", and cpu with measured rates"));
    }

    /**
     * The rates of a worker on this machine, from the JSON of {@code lancet bench cluster}.
     *
     * @throws LancetException if the file is not such a document
     */
    static DeviceRates measured(Path file) {
        ConfigJson json = ConfigJson.read(file);
        double flops = positive(json, FLOPS);
        double network = positive(json, NETWORK_BANDWIDTH);
        return new DeviceRates(CPU, 0, positive(json, MEMORY_BANDWIDTH), flops, flops, network, network, 0, true);
    }

    private static double positive(ConfigJson json, String key) {
        double value = json.node().path(key).asDouble(0);
        if (!(value > 0)) {
            throw new LancetException(json.file() + ": has no number '" + key
                    + "' above 0; write the file with lancet bench cluster --json");
        }
        return value;
    }
}
