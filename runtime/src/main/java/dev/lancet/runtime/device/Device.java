package dev.lancet.runtime.device;

import dev.lancet.dsl.LancetException;
import java.util.Locale;
import java.util.Optional;

/**
 * The wanted device for a model; {@link #resolve} finds the actual one, or fails.
 *
 * <pre>{@code
 * Model.open(path).on(Device.gpu(0).memory(0.5)).generate("The Committee", 64);
 * }</pre>
 *
 * @param kind the way to choose
 * @param index the GPU's index in TensorFlow; 0 if the device is not a GPU
 * @param share the fraction of a GPU's memory that TensorFlow may take, above 0 and at most 1; it takes memory as
 *     needed. TensorFlow has one allocator for each GPU, so the first fraction applies to the whole process
 * @param tf32 whether a GPU may multiply float32 matrices in TF32, which keeps 11 bits of each number; empty for the
 *     setting of the process
 */
public record Device(Kind kind, int index, double share, Optional<Boolean> tf32) {

    /** The ways to choose. */
    public enum Kind {
        /** The first GPU if TensorFlow registers one, otherwise the processor. */
        AUTO,
        /** The processor, even if there is a GPU. */
        CPU,
        /** This GPU, or an error if it does not exist. */
        GPU
    }

    public Device {
        if (index < 0) {
            throw new IllegalArgumentException("device: gpu:" + index + "; GPUs count from gpu:0");
        }
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException(
                    "gpu-memory: " + share + "; it must be above 0 and at most 1, such as 0.5");
        }
        if (kind == Kind.CPU && share < 1) {
            throw new IllegalArgumentException("gpu-memory: " + share + "; the device is cpu; use gpu or auto");
        }
        if (kind == Kind.CPU && tf32.isPresent()) {
            throw new IllegalArgumentException(
                    "tf32: " + Tf32.text(tf32.get()) + "; the device is cpu, which has no TF32; use gpu or auto");
        }
    }

    /** The first GPU if TensorFlow registers one, otherwise the processor. */
    public static Device auto() {
        return new Device(Kind.AUTO, 0, 1, Optional.empty());
    }

    /** The processor. */
    public static Device cpu() {
        return new Device(Kind.CPU, 0, 1, Optional.empty());
    }

    /** A GPU. The index counts from 0 over the GPUs that {@code CUDA_VISIBLE_DEVICES} shows to TensorFlow. */
    public static Device gpu(int index) {
        return new Device(Kind.GPU, index, 1, Optional.empty());
    }

    /** The same device with a limit on the fraction of its memory that TensorFlow takes. */
    public Device memory(double share) {
        return new Device(kind, index, share, tf32);
    }

    /**
     * The same device with a setting for TF32 products of float32 matrices. TensorFlow's C interface cannot switch TF32.
     * CUDA's libraries have a switch, {@code NVIDIA_TF32_OVERRIDE=0}, which must be in the environment before the process
     * starts; {@code ./lancet --tf32 off} sets it. Therefore this method only states the wish, and {@link #resolve} fails
     * if the process has the other setting.
     */
    public Device tf32(boolean allowed) {
        return new Device(kind, index, share, Optional.of(allowed));
    }

    /**
     * The device of this name: {@code auto}, {@code cpu}, {@code gpu} or {@code gpu:1}.
     *
     * @throws IllegalArgumentException if the name is none of these
     */
    public static Device named(String name) {
        String small = name.toLowerCase(Locale.ROOT);
        if (small.matches("gpu:\\d{1,4}")) {
            return gpu(Integer.parseInt(small.substring("gpu:".length())));
        }
        return switch (small) {
            case "auto" -> auto();
            case "cpu" -> cpu();
            case "gpu" -> gpu(0);
            default -> throw new IllegalArgumentException("device: " + name + "; it is cpu, gpu, gpu:1 or auto");
        };
    }

    /** Why TensorFlow registers no GPU on this machine, and how to fix it. */
    public static String whyNoGpu() {
        return MissingGpu.here().reason();
    }

    /**
     * Finds the device on this machine. If TensorFlow's GPU natives are on the class path, the first call loads them.
     *
     * @throws LancetException if the device is a GPU that TensorFlow does not register; the message says which
     *     library is missing. Also if the process has the other setting for TF32
     */
    public ResolvedDevice resolve() {
        ResolvedDevice device = found();
        if (device.isGpu()) {
            Tf32.trouble(tf32, Optional.ofNullable(System.getenv(Tf32.SWITCH))).ifPresent(trouble -> {
                throw new LancetException(trouble);
            });
        }
        return device;
    }

    private ResolvedDevice found() {
        return switch (kind) {
            case CPU -> ResolvedDevice.cpu();
            case AUTO -> Cuda.built() && registered() > 0 ? ResolvedDevice.gpu(0, share) : ResolvedDevice.cpu();
            case GPU -> {
                int there = Cuda.built() ? registered() : 0;
                if (index >= there) {
                    throw new LancetException("device: " + this + "; "
                            + (there > 0
                                    ? "TensorFlow registers " + there + ", the last is gpu:" + (there - 1)
                                    : whyNoGpu()));
                }
                yield ResolvedDevice.gpu(index, share);
            }
        };
    }

    private int registered() {
        return (int) RegisteredDevice.all(ResolvedDevice.gpu(0, share).config().build()).stream()
                .filter(RegisteredDevice::gpu)
                .count();
    }

    /** The name on the command line, without the memory limit. */
    @Override
    public String toString() {
        return kind == Kind.GPU ? "gpu:" + index : kind.name().toLowerCase(Locale.ROOT);
    }
}
