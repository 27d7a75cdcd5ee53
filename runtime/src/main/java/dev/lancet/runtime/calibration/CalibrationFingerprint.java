package dev.lancet.runtime.calibration;

import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.Sha256;
import dev.lancet.runtime.checkpoint.Versions;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.json.LanguageJson;
import dev.lancet.runtime.natives.TensorFlowLibrary;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.source.GraphSource;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.train.graph.Examples;
import java.security.MessageDigest;
import java.util.List;
import java.util.function.Consumer;

/**
 * Identifies a calibration by all that its measurements depend on: the contents of the model, the rows that were drawn from
 * the calibration file, the kind of device, and the versions. It does not matter where the files lie or what they are called.
 */
final class CalibrationFingerprint {

    /** The version of the measurements. A change of what is measured, or of how it is kept, must raise it. */
    private static final int MEASUREMENTS = 1;

    private CalibrationFingerprint() {}

    /**
     * One line.
     *
     * @param rows the rows that are calibrated on; they are what file, field, window, samples and seed lead to
     */
    static String of(ModelSource source, Examples rows) {
        return "measurements " + MEASUREMENTS + ", lancet " + Versions.lancet() + ", tensorflow "
                + TensorFlowLibrary.version() + ", "
                + (Device.auto().resolve().isGpu() ? "gpu" : "cpu") + ", model " + model(source) + ", rows "
                + Sha256.of(rows.fingerprint());
    }

    private static String model(ModelSource source) {
        String arrays = Sha256.of(String.join("\n", hashes(source)));
        return source instanceof DeclaredSource declared
                ? Sha256.of(LanguageJson.compact(declared.transformer()) + "\n"
                        + declared.plan().arrays() + "\n" + arrays)
                : Sha256.of(Sha256.of(((GraphSource) source).model().meta().toByteArray()) + arrays);
    }

    /** A line for each array. Several are read at a time, because hashing gigabytes takes seconds. */
    private static List<String> hashes(ModelSource source) {
        Weights weights = source.weights();
        List<String> names = source instanceof GraphSource graph
                ? graph.model().variables().stream()
                        .map(variable -> variable.name())
                        .sorted()
                        .toList()
                : source.plan().arrays().stream().map(ArraySpec::name).toList();
        return names.parallelStream()
                .map(name -> name + " "
                        + hash(digest -> {
                            if (source instanceof GraphSource graph
                                    && weights.find(name).isEmpty()) {
                                digest.update(graph.model().bytes(name));
                            } else {
                                weights.readInParts(name, digest::update);
                            }
                        }))
                .toList();
    }

    private static String hash(Consumer<MessageDigest> content) {
        MessageDigest digest = Sha256.digest();
        content.accept(digest);
        return Sha256.text(digest.digest());
    }
}
