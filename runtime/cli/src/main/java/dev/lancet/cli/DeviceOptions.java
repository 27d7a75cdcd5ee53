package dev.lancet.cli;

import dev.lancet.runtime.device.Device;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that say where it is computed. */
final class DeviceOptions {

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

    Device device(LancetCommand command) {
        try {
            Device device = Device.named(name);
            return share.isPresent() ? device.memory(share.get()) : device;
        } catch (IllegalArgumentException e) {
            throw command.wrongUsage("--" + e.getMessage());
        }
    }
}
