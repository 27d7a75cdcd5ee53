package dev.lancet.cli.option;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.runtime.device.Device;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that choose the device. */
public final class DeviceOptions {

    @Option(
            names = "--device",
            paramLabel = "cpu|gpu|gpu:N|auto",
            defaultValue = "auto",
            description = "The device to compute on. gpu means gpu:0, and fails if TensorFlow finds no GPU. auto (the"
                    + " default)"
                    + " chooses the first GPU if there is one, else the processor.")
    private String name = "";

    @Option(
            names = "--gpu-memory",
            paramLabel = "SHARE",
            description = "The largest share of the GPU's memory to use, for example 0.5 (default: all).")
    private Optional<Double> share = Optional.empty();

    @Option(
            names = "--tf32",
            paramLabel = "on|off",
            description =
                    "Whether the GPU may multiply float32 matrices in TF32, which is faster and less exact (default: as"
                            + " NVIDIA_TF32_OVERRIDE says). For off, the launcher sets NVIDIA_TF32_OVERRIDE=0.")
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
            default -> throw new IllegalArgumentException("tf32: " + word + "; choose on or off");
        };
    }
}
