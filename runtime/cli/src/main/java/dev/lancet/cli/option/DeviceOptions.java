package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.runtime.device.Device;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say where it is computed. */
public final class DeviceOptions {

    @Option(
            names = "--device",
            paramLabel = "cpu|gpu|gpu:N|auto",
            defaultValue = "auto",
            description =
                    "Where it is computed; gpu is gpu:0, and an error where TensorFlow registers none. auto, which is"
                            + " used if not said, is the first GPU if there is one, else the processor.")
    private String name = "";

    @Option(
            names = "--gpu-memory",
            paramLabel = "SHARE",
            description = "How much of the GPU's memory may be taken at most, as 0.5; all of it if not said.")
    private Optional<Double> share = Optional.empty();

    @Option(
            names = "--tf32",
            paramLabel = "on|off",
            description =
                    "Whether the GPU may multiply float32 matrices in TF32; as the process was started if not said. The"
                            + " launcher starts it with NVIDIA_TF32_OVERRIDE=0 for off.")
    private Optional<String> tf32 = Optional.empty();

    public Device device(LancetCommand command) {
        try {
            Device device = Device.named(name);
            device = share.isPresent() ? device.memory(share.get()) : device;
            return tf32.isPresent() ? device.tf32(allowed(tf32.get())) : device;
        } catch (IllegalArgumentException e) {
            throw command.wrongUsage("--" + e.getMessage());
        }
    }

    private static boolean allowed(String word) {
        return switch (word) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new IllegalArgumentException("tf32: " + word + "; it is on or off");
        };
    }
}
