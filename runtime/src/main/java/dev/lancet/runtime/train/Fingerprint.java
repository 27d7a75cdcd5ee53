package dev.lancet.runtime.train;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.tensorflow.TensorFlow;

/** A hash of everything that decides what a training does. */
public final class Fingerprint {

    private Fingerprint() {}

    /**
     * The hash of a model's declaration and form, the settings, the text, the version of TensorFlow, the passes and the device, which
     * decide in which order numbers are added.
     */
    public static String of(Transformer transformer, Plan plan, Training training, Passing passing, String text) {
        String all = String.join(
                "\n",
                transformer.toString(),
                plan.stored().toString(),
                training.toString(),
                text,
                passing.passes() + (passing.place().isGpu() ? " on a GPU" : ""),
                TensorFlow.version());
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
