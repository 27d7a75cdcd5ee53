package dev.lancet.tests.gpu;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.device.Cuda;
import dev.lancet.runtime.device.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where the suite runs: always on the processor, which exercises the tests themselves, and on the first card if there is one. */
final class Places {

    private Places() {}

    static List<Device> all() {
        List<Device> all = new ArrayList<>(List.of(Device.cpu()));
        card().ifPresent(all::add);
        return all;
    }

    /** The first card, if TensorFlow registers one. */
    static Optional<Device> card() {
        return whyNone().isPresent() ? Optional.empty() : Optional.of(Device.gpu(0));
    }

    /** Why there is none. */
    static Optional<String> whyNone() {
        try {
            return Cuda.built() && Device.gpu(0).resolve().isGpu() ? Optional.empty() : Optional.of(Device.whyNoGpu());
        } catch (LancetException none) {
            return Optional.of(String.valueOf(none.getMessage()));
        }
    }

    /** How far a number may be from the processor's: TF32 keeps 11 bits of what is multiplied. */
    static double tolerance(Device device) {
        boolean tf32 = !"0".equals(System.getenv("NVIDIA_TF32_OVERRIDE"));
        return device.kind() == Device.Kind.CPU ? 1e-5 : tf32 ? 5e-2 : 2e-3;
    }
}
