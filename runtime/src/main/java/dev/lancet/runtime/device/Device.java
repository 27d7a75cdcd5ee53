package dev.lancet.runtime.device;

import dev.lancet.dsl.LancetException;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a model is to compute: a wish, which {@link #resolve} fulfils or refuses.
 *
 * <pre>{@code
 * Model.open(path).on(Device.gpu(0).memory(0.5)).generate("The Committee", 64);
 * }</pre>
 *
 * @param kind which
 * @param index of the GPU as TensorFlow counts, 0 if it is none
 * @param share how much of a GPU's memory TensorFlow may take, above 0 and at most 1; it takes it as it needs it. The share
 *     that is said first holds for the whole process, for TensorFlow has one allocator for each GPU
 * @param tf32 whether a GPU may multiply float32 matrices in TF32, which keeps 11 bits of each number; empty for what the process
 *     was started with
 */
public record Device(Kind kind, int index, double share, Optional<Boolean> tf32) {

    /** The ways to choose. */
    public enum Kind {
        /** The first GPU if TensorFlow registers one, else the processor. */
        AUTO,
        /** The processor, GPU or not. */
        CPU,
        /** This GPU or an error. */
        GPU
    }

    public Device {
        if (index < 0) {
            throw new IllegalArgumentException("device: gpu:" + index + "; the first one is gpu:0");
        }
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("gpu-memory: " + share + "; a share is above 0 and at most 1, as 0.5");
        }
        if (kind == Kind.CPU && share < 1) {
            throw new IllegalArgumentException("gpu-memory: " + share + "; the device is cpu, take gpu or auto");
        }
        if (kind == Kind.CPU && tf32.isPresent()) {
            throw new IllegalArgumentException(
                    "tf32: " + Tf32.text(tf32.get()) + "; the device is cpu, which has none, take gpu or auto");
        }
    }

    /** The first GPU if TensorFlow registers one, else the processor. */
    public static Device auto() {
        return new Device(Kind.AUTO, 0, 1, Optional.empty());
    }

    /** The processor. */
    public static Device cpu() {
        return new Device(Kind.CPU, 0, 1, Optional.empty());
    }

    /** A GPU, counted from 0 as TensorFlow counts those that {@code CUDA_VISIBLE_DEVICES} lets it see. */
    public static Device gpu(int index) {
        return new Device(Kind.GPU, index, 1, Optional.empty());
    }

    /** The same device, of whose memory TensorFlow takes no more than this share. */
    public Device memory(double share) {
        return new Device(kind, index, share, tf32);
    }

    /**
     * The same device, which may or must not multiply float32 matrices in TF32. TensorFlow's C interface has no switch for
     * that; CUDA's libraries have one, {@code NVIDIA_TF32_OVERRIDE=0}, which must be in the environment before the process
     * starts, as {@code ./lancet --tf32 off} sees to. So this only makes sure of it: {@link #resolve} refuses the other.
     */
    public Device tf32(boolean allowed) {
        return new Device(kind, index, share, Optional.of(allowed));
    }

    /**
     * The device of this name: {@code auto}, {@code cpu}, {@code gpu} or {@code gpu:1}.
     *
     * @throws IllegalArgumentException if there is none
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

    /** Why TensorFlow registers no GPU on this machine, if it does not, and the way out. */
    public static String whyNoGpu() {
        return MissingGpu.here().reason();
    }

    /**
     * The device that it is on this machine. Where TensorFlow's GPU natives are on the class path, the first call loads them.
     *
     * @throws LancetException if it is a GPU that TensorFlow does not register, when the message says which library is missing; if
     *     the process was started with another word on TF32
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

    /** As on the command line, without the share. */
    @Override
    public String toString() {
        return kind == Kind.GPU ? "gpu:" + index : kind.name().toLowerCase(Locale.ROOT);
    }
}
